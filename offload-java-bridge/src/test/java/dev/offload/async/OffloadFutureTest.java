package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.JobState;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Observation;
import dev.offload.contract.fixture.OneThread;
import dev.offload.contract.fixture.OutsideCompletion;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import dev.offload.contract.fixture.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** J1, J2: what is particular to futures as leases, and to bodies that block. */
class OffloadFutureTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("same");

  private final RecordingListener listener = new RecordingListener();
  private final ExecutorService pool = Executors.newFixedThreadPool(4, Bounded::newThread);
  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder().executor(pool).listener(listener).build();
  private final Body<Integer> body = Body.held(() -> 1);

  @AfterEach
  void close() {
    body.release();
    Bounded.run("close", manager::close);
    pool.shutdown();
  }

  private OffloadFuture<Integer> share() {
    return manager.share(KEY, body::runBlocking);
  }

  private OffloadFuture<Integer> failing(Throwable failure) {
    return manager.submit(
        KEY,
        () -> {
          body.runBlocking();
          if (failure instanceof Exception e) {
            throw e;
          }
          throw (Error) failure;
        });
  }

  private long leases() {
    return manager.find(KEY).orElseThrow().leases();
  }

  @Test
  @DisplayName("J1: callbacks on the future itself get the raw exception")
  void rawException() {
    IOException failure = new IOException("on purpose");
    OffloadFuture<Integer> future = failing(failure);
    AtomicReference<Throwable> seen = new AtomicReference<>();
    CompletableFuture<Throwable> handled = future.handle((value, thrown) -> thrown);
    CompletableFuture<Integer> after = future.whenComplete((value, thrown) -> seen.set(thrown));
    body.release();

    assertSame(failure, Bounded.get("handle", handled));
    assertThrows(CompletionException.class, after::join);
    assertSame(failure, seen.get());
    assertSame(failure, assertThrows(CompletionException.class, future::join).getCause());
    assertSame(failure, assertThrows(ExecutionException.class, future::get).getCause());
    assertFalse(future.isCancelled());
  }

  @Test
  @DisplayName("J1: isCancelled means that this caller cancelled")
  void isCancelled() {
    OffloadFuture<Integer> mine = share();
    OffloadFuture<Integer> other = share();
    assertTrue(mine.cancel(true));

    assertTrue(mine.isCancelled());
    assertThrows(CancellationException.class, mine::join);
    assertFalse(other.isDone());
  }

  @Test
  @DisplayName("E1: a job that someone else cancelled does not make the future a cancelled one")
  void cancelledBySomeoneElse() {
    OffloadFuture<Integer> future = share();
    body.awaitStarted();
    assertTrue(manager.cancel(KEY));

    Throwable told = assertThrows(CompletionException.class, future::join).getCause();
    assertEquals(
        CancelReason.CANCELLED, assertInstanceOf(OffloadCancelledException.class, told).reason());
    assertFalse(future.isCancelled());
    assertTrue(future.isCompletedExceptionally());
    assertFalse(future.cancel(true));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @DisplayName("J1: whatever completes the last future from outside cancels the job")
  void lastFutureIsCompletedFromOutside(OutsideCompletion completion) {
    OffloadFuture<Integer> only = share();
    body.awaitStarted();
    completion.apply(only);

    body.awaitStopped();
    assertEquals(CancelReason.ABANDONED, listener.await("onEnded").job().cancelReason());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @DisplayName("J1: whatever completes one future from outside drops its lease and no other")
  void oneOfTwoFuturesIsCompletedFromOutside(OutsideCompletion completion) {
    OffloadFuture<Integer> starter = share();
    OffloadFuture<Integer> joiner = share();
    body.awaitStarted();
    completion.apply(starter);
    Bounded.until("the lease is dropped", () -> leases() == 1);

    assertEquals(JobState.RUNNING, joiner.jobState());
    assertFalse(joiner.isDone());
    body.release();
    assertEquals(1, Bounded.get("the other caller", joiner));
    assertFalse(starter.handle((value, failure) -> Integer.valueOf(1).equals(value)).join());
  }

  @Test
  @DisplayName("J1: a future that is completed twice from outside drops one lease")
  void completedTwice() {
    OffloadFuture<Integer> twice = share();
    OffloadFuture<Integer> other = share();
    assertTrue(twice.complete(-1));
    assertFalse(twice.cancel());
    assertFalse(twice.completeExceptionally(new IllegalStateException("late")));

    assertEquals(1, leases());
    assertEquals(-1, twice.join());
    body.release();
    assertEquals(1, Bounded.get("the other caller", other));
  }

  @Test
  @DisplayName("J1: a second caller joins; the starter cancels and the second is not touched")
  void starterCancels() {
    OffloadFuture<Integer> starter = manager.submit(KEY, body::runBlocking);
    OffloadFuture<Integer> joiner = manager.submit(KEY, body::runBlocking);
    assertFalse(starter.joined());
    assertTrue(joiner.joined());
    assertTrue(starter.cancel());
    body.release();

    assertEquals(1, Bounded.get("the second caller", joiner));
    assertEquals(1, body.runs());
  }

  @Test
  @DisplayName("J1: a dependent stage is a plain future: cancelling it drops nothing")
  void dependentStage() {
    OffloadFuture<Integer> future = share();
    CompletableFuture<Integer> dependent = future.thenApply(value -> value + 1);
    assertSame(CompletableFuture.class, dependent.getClass());
    assertTrue(dependent.cancel(true));

    assertEquals(1, leases());
    body.release();
    assertEquals(1, Bounded.get("the future", future));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @DisplayName("E3: whoever asked for the outcome, in whatever way, observes its failure")
  void observedFailure(Observation observation) {
    OffloadFuture<Integer> future = failing(new IOException("on purpose"));
    body.awaitStarted();
    CompletableFuture<?> kept = observation.of(future);
    // get and join ask on a thread of their own
    Bounded.until("it was asked", () -> future.getNumberOfDependents() > 0 || isBlockedOn(future));
    body.release();

    listener.await("onEnded");
    assertEquals(List.of(), listener.all("onUnobservedFailure"));
    assertNotNull(kept);
  }

  @Test
  @DisplayName("J2: a body that is cancelled while it blocks gets InterruptedException")
  void bodyIsInterrupted() {
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    OffloadFuture<Integer> future =
        manager.submit(
            KEY,
            () -> {
              try {
                return body.runBlocking();
              } catch (InterruptedException e) {
                interrupted.complete(Thread.currentThread().isInterrupted());
                throw e;
              }
            });
    body.awaitStarted();
    assertTrue(future.cancel());

    assertFalse(Bounded.get("the body is interrupted", interrupted), "the flag is taken away");
  }

  @Test
  @DisplayName("J2: the interrupt of a body does not reach what its thread does next")
  void interruptDoesNotLeak() {
    try (OneThread thread = new OneThread();
        Race race = new Race(2)) {
      AsyncOffloadManager own = AsyncOffloadManager.builder().executor(thread).build();
      for (int i = 0; i < 300; i++) {
        Body<Integer> ending = Body.held(() -> 1);
        OffloadFuture<Integer> future = own.submit(KEY, ending::runBlocking);
        ending.awaitStarted();
        race.each(
            List.of(
                future::cancel,
                () -> {
                  ending.release();
                  return true;
                }));
      }
      Bounded.run("close", own::close);
      assertEquals(0, thread.interrupts());
    }
  }

  @Test
  @DisplayName("J1: a future for a job that has ended meanwhile is complete")
  void completeWhenMade() {
    AsyncOffloadManager direct = AsyncOffloadManager.builder().executor(Runnable::run).build();
    OffloadFuture<Integer> future = direct.submit(KEY, () -> 1);

    assertTrue(future.isDone());
    assertEquals(1, future.join());
    assertEquals(KEY, future.key());
    Bounded.run("close", direct::close);
  }

  @Test
  @DisplayName("vocabulary: the type of a result may be nullable")
  void nullValue() {
    OffloadFuture<Integer> future = manager.submit(KEY, () -> null);

    String told = Bounded.get("null", future.handle((value, failure) -> value + ", " + failure));
    assertEquals("null, null", told);
  }

  @Test
  @DisplayName("J1: copies and views of a future have no lease: what is done to them drops nothing")
  void copies() {
    OffloadFuture<Integer> future = share();
    CompletableFuture<Integer> copy = future.copy();
    CompletableFuture<Integer> ofView = future.minimalCompletionStage().toCompletableFuture();
    assertTrue(copy.cancel(true));
    assertTrue(ofView.complete(-1));
    assertSame(CompletableFuture.class, future.newIncompleteFuture().getClass());
    assertSame(future, future.toCompletableFuture());

    assertEquals(1, leases());
    assertFalse(future.isDone());
    CompletableFuture<Integer> kept = future.copy();
    body.release();
    assertEquals(1, Bounded.get("a copy", kept));
    assertEquals(1, future.join());
  }

  @Test
  @DisplayName("J1: a copy tells a failure as any dependent stage does, in a CompletionException")
  void copyOfFailure() {
    IOException failure = new IOException("on purpose");
    OffloadFuture<Integer> future = failing(failure);
    CompletableFuture<Throwable> told = future.copy().handle((value, thrown) -> thrown);
    body.release();

    assertSame(failure, Bounded.get("the copy", told).getCause());
    assertSame(failure, future.handle((value, thrown) -> thrown).join());
  }

  @Test
  @DisplayName("J1: Async stages run where those of any future run")
  void defaultExecutor() {
    OffloadFuture<Integer> future = share();

    assertSame(new CompletableFuture<>().defaultExecutor(), future.defaultExecutor());
  }

  @Test
  @DisplayName("J1: orTimeout and completeOnTimeout that come too late change nothing")
  void lateTimeouts() {
    OffloadFuture<Integer> future = share();
    assertSame(future, future.orTimeout(1, TimeUnit.HOURS));
    assertSame(future, future.completeOnTimeout(-1, 1, TimeUnit.HOURS));
    body.release();

    assertEquals(1, Bounded.get("the future", future));
    assertEquals(JobState.SUCCEEDED, future.jobState());
  }

  @Test
  @DisplayName("J1: obtruding changes what this future answers, and no other's answer")
  void obtrudeLate() {
    OffloadFuture<Integer> mine = share();
    OffloadFuture<Integer> other = share();
    body.release();
    assertEquals(1, Bounded.get("the future", mine));
    mine.obtrudeValue(-1);

    assertEquals(-1, mine.join());
    assertEquals(1, Bounded.get("the other caller", other));
    assertEquals(JobState.SUCCEEDED, mine.jobState());
  }

  @Test
  @DisplayName("J1: completing a future whose job was cancelled comes too late")
  void completeAfterCancel() {
    OffloadFuture<Integer> future = share();
    body.awaitStarted();
    assertTrue(manager.cancel(KEY));

    assertFalse(future.complete(-1));
    assertFalse(future.completeExceptionally(new IllegalStateException("late")));
    assertTrue(future.isCompletedExceptionally());
  }

  /** Whether a thread waits for the future, which shows nowhere outside. */
  private static boolean isBlockedOn(OffloadFuture<?> future) {
    return future.asking != null;
  }

  @Test
  @DisplayName("R9: stages do not run on the body's thread, which others may wait for")
  void stagesAtTheEnd() {
    OffloadKind<Object, Thread> kind = OffloadKind.named("thread");
    OffloadFuture<Thread> future =
        manager.submit(
            kind.key(1),
            () -> {
              body.runBlocking();
              return Thread.currentThread();
            });
    CompletableFuture<Boolean> same = future.thenApply(runner -> runner == Thread.currentThread());
    body.release();

    assertFalse(Bounded.get("the stage", same));
  }

  @Test
  @DisplayName("J1: stages of a cancelled job run on a thread of the manager, not the canceller's")
  void stagesAtTheCancel() {
    OffloadFuture<Integer> future = share();
    body.awaitStarted();
    CompletableFuture<String> name =
        future.handle((value, failure) -> Thread.currentThread().getName());
    assertTrue(manager.cancel(KEY));

    assertEquals("offload-callback-manager", Bounded.get("the stage", name));
  }

  @Test
  @DisplayName("J1: stages that block do not keep other jobs from being cancelled")
  void blockingStages() {
    Body<Integer> stage = Body.stubborn(() -> 1);
    List<CompletableFuture<Integer>> stages = new ArrayList<>();
    List<OffloadFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      OffloadFuture<Integer> future = manager.submit(LOAD.key(i), body::runBlocking);
      futures.add(future);
      stages.add(future.handle((value, failure) -> Work.unchecked(stage::runBlocking)));
    }
    CompletableFuture<Integer> cancelled = new CompletableFuture<>();
    var unused = Bounded.start(() -> cancelled.complete(manager.cancelAll()));
    stage.awaitStarted();

    assertEquals(3, Bounded.get("cancelAll returns", cancelled));
    stage.release(); // who asks a future may run its stages, so nobody asks before
    futures.forEach(future -> assertTrue(future.isCompletedExceptionally()));
    stages.forEach(each -> assertEquals(1, Bounded.get("a stage", each)));
  }

  @Test
  @DisplayName("J1: a stage that blocks does not keep the key, or the executor, from others")
  void blockingStageAtTheEnd() {
    Body<Integer> stage = Body.stubborn(() -> 1);
    OffloadFuture<Integer> future = share();
    CompletableFuture<Integer> blocked =
        future.thenApply(value -> Work.unchecked(stage::runBlocking));
    body.release();
    stage.awaitStarted();

    assertEquals(2, Bounded.get("the next job", manager.share(KEY, () -> 2)));
    stage.release();
    assertEquals(1, Bounded.get("the stage", blocked));
  }
}
