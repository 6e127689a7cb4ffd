package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadConfig;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.contract.face.JavaWait;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Work;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** J5: what a body that was cancelled waits for. */
class CancelledBodyTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("cancelled");
  private static final OffloadKind<Integer, Integer> NARROW = OffloadKind.named("narrow");

  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder()
          .config(
              OffloadConfig.builder()
                  .kind(
                      NARROW,
                      KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1).withMaxQueued(0)))
                  .build())
          .build();
  private final Body<Integer> awaited = Body.held(() -> 1);
  private final CompletableFuture<Object> told = new CompletableFuture<>();

  @AfterEach
  void close() {
    awaited.release();
    Bounded.run("close the manager", manager::close);
    assertEquals(0, manager.activeCount());
  }

  /** How a body waits for a future. */
  enum Waiting {
    JOIN(CancellationException.class) {
      @Override
      Object wait(CompletableFuture<?> future) {
        return future.join();
      }
    },
    GET(InterruptedException.class) {
      @Override
      Object wait(CompletableFuture<?> future) throws Exception {
        return future.get();
      }
    },
    GET_FOR_SOME_TIME(InterruptedException.class) {
      @Override
      Object wait(CompletableFuture<?> future) throws Exception {
        return future.get(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS);
      }
    };

    final Class<? extends Exception> ends;

    Waiting(Class<? extends Exception> ends) {
      this.ends = ends;
    }

    abstract Object wait(CompletableFuture<?> future) throws Exception;
  }

  private OffloadFuture<Integer> awaitedJob() {
    return manager.submit(STORE.key("awaited"), awaited::runBlocking);
  }

  /** Tells what an action answers or throws, in a body. */
  private int note(Callable<?> action) throws Exception {
    try {
      told.complete(action.call());
      return 1;
    } catch (Exception e) {
      told.complete(e);
      throw e;
    }
  }

  private Object told() {
    return Bounded.get("the body goes on", told);
  }

  /** Runs an action in a body that was cancelled before, and whose interrupt was lost. */
  private OffloadFuture<Integer> afterCancel(Callable<?> action) {
    Body<Integer> body = Body.stubborn(() -> note(action));
    OffloadFuture<Integer> job = manager.submit(KEY, body::runBlocking);
    body.awaitStarted();
    assertTrue(manager.cancel(KEY));
    body.awaitStopped();
    body.release();
    return job;
  }

  private static void assertCancelled(OffloadFuture<Integer> job) {
    CompletionException thrown = assertThrows(CompletionException.class, job::join);
    assertEquals(
        CancelReason.CANCELLED,
        assertInstanceOf(OffloadCancelledException.class, thrown.getCause()).reason());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J5: a wait for a future ends when its body is cancelled, and touches nothing else")
  void whileItWaits(Waiting waiting) {
    OffloadFuture<Integer> other = awaitedJob();
    awaited.awaitStarted();
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    OffloadFuture<Integer> job =
        manager.submit(
            KEY,
            () -> {
              thread.complete(Thread.currentThread());
              return note(() -> waiting.wait(other));
            });
    Thread waits = Bounded.get("the body begins", thread);
    Bounded.until("the body waits", () -> isBlocked(waits));
    assertTrue(job.cancel());

    assertInstanceOf(waiting.ends, told());
    assertFalse(other.isDone());
    awaited.release();
    assertEquals(1, Bounded.get("the other one", other));
    Bounded.until("the body ends", () -> job.jobState() == JobState.CANCELLED);
  }

  private static boolean isBlocked(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J5: a body that was cancelled begins no wait, also if its interrupt was lost")
  void afterItsCancel(Waiting waiting) {
    OffloadFuture<Integer> other = awaitedJob();
    OffloadFuture<Integer> job = afterCancel(() -> waiting.wait(other));

    assertInstanceOf(waiting.ends, told());
    assertFalse(other.isDone());
    assertCancelled(job);
    Bounded.until("the body ends", () -> !manager.isInFlight(KEY));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J5: so it is where the body is the supplier of a stage, or a task of a recorder")
  void otherBodies(Waiting waiting) {
    OffloadFuture<Integer> other = awaitedJob();
    Body<Integer> body = Body.stubborn(() -> note(() -> waiting.wait(other)));
    var stage =
        manager.submitStage(
            KEY, () -> CompletableFuture.completedFuture(Work.unchecked(body::runBlocking)));
    body.awaitStarted();
    assertTrue(stage.cancel());
    body.awaitStopped();
    body.release();
    assertInstanceOf(waiting.ends, told());

    CompletableFuture<Object> toldTask = new CompletableFuture<>();
    Body<Integer> task =
        Body.stubborn(
            () -> {
              toldTask.complete(assertThrows(waiting.ends, () -> waiting.wait(other)));
              return 1;
            });
    LaunchOutcome<OffloadFuture<Integer>> launched =
        AsyncTaskRecorder.<Integer, Integer>create(manager, LOAD).launch(1, task::runBlocking);
    OffloadFuture<Integer> run =
        ((LaunchOutcome.Launched<OffloadFuture<Integer>>) launched).handle();
    task.awaitStarted();
    assertTrue(run.cancel());
    task.awaitStopped();
    task.release();
    assertInstanceOf(waiting.ends, Bounded.get("the task goes on", toldTask));
  }

  @Test
  @DisplayName(
      "J5: nor does it wait for jobs, for a key, for room, or for a call, which starts nothing")
  void otherWaits() {
    OffloadFuture<Integer> other = awaitedJob();
    Body<Integer> narrow = Body.held(() -> 2);
    var full = manager.submit(NARROW.key(1), narrow::runBlocking);
    try (AsyncWaitMap<Integer, Integer> map = AsyncWaitMap.create()) {
      var unused =
          afterCancel(
              () -> {
                assertThrows(CancellationException.class, () -> manager.joinAll().join());
                assertThrows(InterruptedException.class, () -> map.await(1).get());
                assertThrows(
                    InterruptedException.class,
                    () -> manager.submitWhenRoom(NARROW.key(2), SubmitOptions.unset(), () -> 2));
                assertThrows(
                    InterruptedException.class, () -> manager.call(LOAD.key("new"), () -> 3));
                assertThrows(
                    InterruptedException.class, () -> manager.call(STORE.key("awaited"), () -> 3));
                return "all";
              });
      assertEquals("all", told());
      assertEquals(3, manager.snapshot().total().accepted());
      assertEquals(0, manager.snapshot().total().joined());
    }
    narrow.release();
    assertEquals(2, Bounded.get("the one at work", full));
    assertFalse(other.isDone());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("J5, J6: an answer that is there is given to a body that was cancelled, too")
  void answered(Waiting waiting) {
    OffloadFuture<Integer> done = manager.submit(STORE.key("done"), () -> 5);
    assertEquals(5, Bounded.get("it is done", done));
    var unused = afterCancel(() -> waiting.wait(done));
    assertEquals(5, told());
  }

  @Test
  @DisplayName("J5: clean-up code waits by a copy of the future, or by the end of a scope")
  void cleanUp() {
    OffloadFuture<Integer> other = awaitedJob();
    var unused =
        afterCancel(
            () -> {
              CompletableFuture<Integer> ofScope = new CompletableFuture<>();
              try (AsyncOffloadScope scope = manager.openScope("clean-up")) {
                scope.spawn("after", () -> awaited.release());
                assertFalse(
                    scope.submit(LOAD.key("last"), () -> ofScope.complete(7) ? 7 : 0).joined());
              }
              return ofScope.getNow(0) + other.copy().join();
            });
    assertEquals(8, told());
  }

  @Test
  @DisplayName("J5: an interrupt that is no cancel ends no join, and is kept")
  void interruptOfOthers() {
    OffloadFuture<Integer> other = awaitedJob();
    awaited.awaitStarted();
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    OffloadFuture<Integer> job =
        manager.submit(
            KEY,
            () -> {
              thread.complete(Thread.currentThread());
              int value = other.join();
              return Thread.interrupted() ? value : -1;
            });
    Thread waits = Bounded.get("the body begins", thread);
    Bounded.until("the body waits", () -> isBlocked(waits));
    waits.interrupt();
    Bounded.until("it waits again", () -> isBlocked(waits));
    assertFalse(job.isDone());
    awaited.release();
    assertEquals(1, Bounded.get("the body ends", job));
  }

  @Test
  @DisplayName("J5: the wait for a scope goes on after a cancel; E5: one for itself is refused")
  void endOfScope() {
    CompletableFuture<OffloadFuture<Integer>> successor = new CompletableFuture<>();
    CompletableFuture<Outcome<Integer>> inner = new CompletableFuture<>();
    Body<Integer> dying =
        Body.stubborn(
            () ->
                note(
                    () -> {
                      try (AsyncOffloadScope scope = manager.openScope("clean-up")) {
                        var unused =
                            scope.submit(
                                STORE.key("waits"),
                                () -> {
                                  inner.complete(
                                      new JavaWait<>(() -> successor.join().get()).block());
                                  return 1;
                                });
                      }
                      return "ended";
                    }));
    var unused = manager.submit(KEY, dying::runBlocking);
    dying.awaitStarted();
    successor.complete(
        manager.submit(KEY, SubmitOptions.unset().withConflict(ConflictPolicy.REPLACE), () -> 2));
    dying.awaitStopped();
    dying.release();

    Object ended = told();
    assertTrue(
        ended instanceof OffloadCycleException
            || Outcome.of(inner).failure() instanceof OffloadCycleException,
        () -> "the scope " + ended);
    assertEquals(2, Bounded.get("the successor", successor.join()));
  }
}
