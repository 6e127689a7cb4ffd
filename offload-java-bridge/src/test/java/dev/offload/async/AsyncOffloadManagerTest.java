package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.ScopeClosedException;
import dev.offload.TimeoutPolicy;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Race;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** J2, J3: the end of a manager, its threads, and its arguments. */
class AsyncOffloadManagerTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("same");

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final Body<Integer> body = Body.stubborn(() -> 1);

  @AfterEach
  void close() {
    body.release();
    Bounded.run("close", manager::close);
  }

  private void awaitClosing() {
    Bounded.until(
        "the manager refuses work",
        () -> {
          try {
            var unused = manager.submit(LOAD.auto(), () -> 0);
            return false;
          } catch (ScopeClosedException e) {
            return true;
          }
        });
  }

  @Test
  @DisplayName("J3: close waits for running bodies and lets them end by themselves")
  void closeWaits() {
    OffloadFuture<Integer> future = manager.submit(KEY, body::runBlocking);
    body.awaitStarted();
    CompletableFuture<Boolean> closed =
        Bounded.start(manager::close).thenApply(done -> body.hasEnded());
    awaitClosing();
    assertFalse(future.isDone());
    assertFalse(closed.isDone());
    body.release();

    assertTrue(Bounded.get("close returns", closed), "the body had ended when close returned");
    assertEquals(1, future.join());
  }

  @Test
  @DisplayName("J3: close that is interrupted cancels, still waits, and keeps the interrupt flag")
  void closeIsInterrupted() {
    OffloadFuture<Integer> future = manager.submit(KEY, body::runBlocking);
    body.awaitStarted();
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    AtomicBoolean ended = new AtomicBoolean();
    Thread closer =
        Bounded.newThread(
            () -> {
              manager.close();
              ended.set(body.hasEnded());
              flag.complete(Thread.currentThread().isInterrupted());
            });
    closer.start();
    awaitClosing();
    closer.interrupt();
    closer.interrupt();

    Throwable told = assertThrows(CompletionException.class, future::join).getCause();
    assertEquals(CancelReason.SCOPE_CLOSED, ((OffloadCancelledException) told).reason());
    assertFalse(flag.isDone(), "it waits for the body");
    body.release();
    assertTrue(Bounded.get("close returns", flag), "the flag is kept");
    assertTrue(ended.get(), "the body had ended when close returned");
  }

  @Test
  @DisplayName("J3: close can be called twice, also at once")
  void closeTwice() {
    try (Race race = new Race(2)) {
      var closed =
          race.all(
              () -> {
                manager.close();
                return manager.activeCount();
              });

      assertEquals(List.of(0, 0), closed);
    }
    Bounded.run("close", manager::close);
    assertThrows(ScopeClosedException.class, () -> manager.submit(KEY, () -> 1));
  }

  @Test
  @DisplayName("J3: a manager that is closed refuses work by every verb")
  void closed() {
    Bounded.run("close", manager::close);

    assertThrows(ScopeClosedException.class, () -> manager.submit(KEY, () -> 1));
    assertThrows(
        ScopeClosedException.class,
        () ->
            manager.submit(KEY, SubmitOptions.unset().withConflict(ConflictPolicy.ALLOW), () -> 1));
    assertThrows(ScopeClosedException.class, () -> manager.share(KEY, () -> 1));
  }

  @Test
  @DisplayName("J2: bodies run on daemon threads of the manager, which end with it")
  void threadsEnd() {
    Thread runner =
        Bounded.get(
            "the body",
            manager.submit(
                OffloadKind.<Object, Thread>named("thread").auto(), Thread::currentThread));
    assertTrue(runner.isDaemon());
    Bounded.run("close", manager::close);

    Bounded.until("its thread ends", () -> !runner.isAlive());
  }

  @Test
  @DisplayName("S1: no timer stays when a manager has closed")
  void timerEnds() {
    String name = "timer-ends";
    AsyncOffloadManager timed =
        AsyncOffloadManager.builder()
            .name(name)
            .config(
                OffloadConfig.builder()
                    .timeout(TimeoutPolicy.cancelAfter(Duration.ofHours(1)))
                    .build())
            .build();
    boolean runs =
        Bounded.get("the body", timed.submit(LOAD.auto(), () -> timers(name) > 0 ? 1 : 0)) == 1;
    assertTrue(runs, "there is a timer while a body has a limit");
    Bounded.run("close", timed::close);

    Bounded.until("the timer ends", () -> timers(name) == 0);
  }

  private static long timers(String manager) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("offload-timer-" + manager))
        .count();
  }

  @Test
  @DisplayName("J2: an executor that was given stays its owner's")
  void givenExecutor() {
    ExecutorService pool = Executors.newSingleThreadExecutor(Bounded::newThread);
    AsyncOffloadManager own = AsyncOffloadManager.builder().executor(pool).build();
    assertEquals(1, Bounded.get("the body", own.submit(KEY, () -> 1)));
    Bounded.run("close", own::close);

    assertFalse(pool.isShutdown());
    pool.shutdown();
  }

  private static void assertNamed(String argument, Executable call) {
    assertEquals(
        argument + " must not be null",
        assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  @DisplayName("arguments: null is refused, and the message names what was null")
  void nulls() {
    AsyncOffloadManager.Builder builder = AsyncOffloadManager.builder();
    assertAll(
        () -> assertNamed("key", () -> manager.submit(null, () -> 1)),
        () -> assertNamed("body", () -> manager.submit(KEY, null)),
        () -> assertNamed("options", () -> manager.submit(KEY, null, () -> 1)),
        () -> assertNamed("options", () -> manager.submitStage(KEY, null, () -> null)),
        () -> assertNamed("body", () -> manager.submitStage(KEY, null)),
        () -> assertNamed("body", () -> manager.trySubmit(KEY, null)),
        () -> assertNamed("body", () -> manager.submitWhenRoom(KEY, null)),
        () -> assertNamed("key", () -> manager.tryShare(null, () -> 1)),
        () -> assertNamed("body", () -> manager.tryShare(KEY, null)),
        () -> assertNamed("options", () -> manager.tryShareStage(KEY, null, () -> null)),
        () -> assertNamed("key", () -> manager.shareWhenRoom(null, () -> 1)),
        () -> assertNamed("body", () -> manager.shareStageWhenRoom(KEY, null)),
        () -> assertNamed("body", () -> manager.callStage(KEY, null)),
        () -> assertNamed("body", () -> manager.spawn("label", null)),
        () -> assertNamed("work", () -> OffloadTask.of(null)),
        () -> assertNamed("key", () -> manager.share(null, () -> 1)),
        () -> assertNamed("body", () -> manager.share(KEY, null)),
        () -> assertNamed("key", () -> manager.find(null)),
        () -> assertNamed("key", () -> manager.isInFlight(null)),
        () -> assertNamed("key", () -> manager.cancel((OffloadKey<?>) null)),
        () -> assertNamed("config", () -> builder.config(null)),
        () -> assertNamed("executor", () -> builder.executor(null)),
        () -> assertNamed("listener", () -> builder.listener(null)),
        () -> assertNamed("name", () -> builder.name(null)));
    assertEquals(0, manager.snapshot().total().submitted());
  }
}
