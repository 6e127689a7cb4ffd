package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadFailedException;
import dev.offload.OffloadKey;
import dev.offload.OffloadTimeoutException;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.OddStage;
import dev.offload.contract.fixture.OneThread;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import dev.offload.contract.fixture.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** J2: bodies that answer a stage. */
class StageTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("same");
  private static final SubmitOptions BORROWED = SubmitOptions.unset().withBorrowedStage();

  private final RecordingListener listener = new RecordingListener();
  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder().listener(listener).build();
  private final CompletableFuture<Integer> stage = new CompletableFuture<>();

  @AfterEach
  void close() {
    stage.complete(-1);
    Bounded.run("close", manager::close);
    assertEquals(0, manager.snapshot().total().active());
  }

  private static <T> Outcome<T> outcome(OffloadFuture<T> future) {
    return Outcome.of(future.handle(Outcome::new));
  }

  private void awaitRunning(OffloadFuture<?> future) {
    Bounded.until("it runs", () -> future.jobState() == JobState.RUNNING);
  }

  /** Waits until the job has its stage. */
  private void awaitAttached() {
    Bounded.until("the job waits for its stage", () -> stage.getNumberOfDependents() > 0);
  }

  @Test
  @DisplayName("J2: the job ends with the value of its stage, and needs no thread meanwhile")
  void value() {
    try (OneThread thread = new OneThread()) {
      AsyncOffloadManager narrow = AsyncOffloadManager.builder().executor(thread).build();
      OffloadFuture<Integer> future = narrow.submitStage(KEY, () -> stage);
      assertEquals(7, Bounded.get("another body", narrow.submit(STORE.auto(), () -> 7)));
      assertEquals(JobState.RUNNING, future.jobState());
      stage.complete(1);

      outcome(future).assertValue(1);
      Bounded.run("close", narrow::close);
    }
  }

  @Test
  @DisplayName("J1: the exception of a stage is told as it is, without a CompletionException")
  void failure() {
    IOException failure = new IOException("on purpose");
    OffloadFuture<Integer> future =
        manager.submitStage(KEY, () -> stage.thenApply(value -> value + 1));
    stage.completeExceptionally(failure);

    assertSame(failure, outcome(future).failure());
  }

  @Test
  @DisplayName("J1: a CompletionException without a cause has nothing in it to be told instead")
  void bareCompletionException() {
    CompletionException failure = new CompletionException("on purpose", null);
    OffloadFuture<Integer> future = manager.submitStage(KEY, () -> stage);
    stage.completeExceptionally(failure);

    assertSame(failure, outcome(future).failure());
  }

  @Test
  @DisplayName("E1: a stage that is cancelled though nobody cancelled the job makes it fail")
  void stageCancelled() {
    OffloadFuture<Integer> future = manager.submitStage(KEY, () -> stage.thenApply(v -> v));
    stage.cancel(true);

    var told = outcome(future).assertFailure(OffloadFailedException.class);
    assertInstanceOf(CancellationException.class, told.getCause());
    assertFalse(future.isCancelled());
    assertEquals(JobState.FAILED, future.jobState());
  }

  @Test
  @DisplayName("R3: a supplier that throws, or answers null, makes the job fail")
  void supplierFails() {
    IllegalStateException failure = new IllegalStateException("on purpose");
    OffloadFuture<Integer> thrown =
        manager.submitStage(
            KEY,
            () -> {
              throw failure;
            });
    assertSame(failure, outcome(thrown).failure());
    OffloadFuture<Integer> nothing = manager.submitStage(KEY, () -> null);
    var told = outcome(nothing).assertFailure(NullPointerException.class);
    assertTrue(told.getMessage().contains("supplier answered null"), told.getMessage());
  }

  @Test
  @DisplayName("J2: cancelling a job cancels its stage")
  void cancel() {
    OffloadFuture<Integer> future = manager.submitStage(KEY, () -> stage);
    awaitRunning(future);
    awaitAttached();
    assertTrue(manager.cancel(KEY));

    Bounded.until("the stage is cancelled", stage::isCancelled);
    outcome(future).assertCancelled(CancelReason.CANCELLED);
    Bounded.until("the body has ended", () -> future.jobState() == JobState.CANCELLED);
    assertNull(listener.await("onEnded").failure().getCause());
  }

  @Test
  @DisplayName("J2: the last caller who leaves cancels the stage")
  void abandon() {
    OffloadFuture<Integer> future = manager.shareStage(KEY, () -> stage);
    awaitAttached();
    assertTrue(future.cancel());

    Bounded.until("the stage is cancelled", stage::isCancelled);
    assertEquals(CancelReason.ABANDONED, listener.await("onEnded").job().cancelReason());
  }

  @Test
  @DisplayName("J2: a borrowed stage is left alone by the cancel, which ends the body at once")
  void borrowed() {
    OffloadFuture<Integer> future = manager.submitStage(KEY, BORROWED, () -> stage);
    awaitAttached();
    assertTrue(manager.cancel(KEY));

    outcome(future).assertCancelled(CancelReason.CANCELLED);
    Bounded.get("the body has ended", manager.joinAll());
    assertEquals(JobState.CANCELLED, future.jobState());
    assertFalse(stage.isDone());
    OffloadFuture<Integer> next = manager.submitStage(KEY, BORROWED, () -> stage);
    stage.complete(5);
    outcome(next).assertValue(5);
  }

  @Test
  @DisplayName("J2: a cancel while the supplier runs interrupts it, and cancels the stage it gives")
  void cancelInSupplier() {
    cancelInSupplier(SubmitOptions.unset());
    assertTrue(stage.isCancelled());
  }

  @Test
  @DisplayName("J2: a cancel while the supplier runs leaves a borrowed stage alone")
  void cancelInBorrowingSupplier() {
    cancelInSupplier(BORROWED);
    assertFalse(stage.isDone());
  }

  private void cancelInSupplier(SubmitOptions options) {
    Body<CompletableFuture<Integer>> supplier = Body.stubborn(() -> stage);
    OffloadFuture<Integer> future =
        manager.submitStage(KEY, options, () -> Work.unchecked(supplier::runBlocking));
    supplier.awaitStarted();
    assertTrue(manager.cancel(KEY));
    supplier.awaitStopped();
    outcome(future).assertCancelled(CancelReason.CANCELLED);
    assertEquals(JobState.CANCELLING, future.jobState());
    supplier.release();

    Bounded.get("the body has ended", manager.joinAll());
    assertEquals(JobState.CANCELLED, future.jobState());
  }

  @Test
  @DisplayName("R1: a stage that will not be cancelled is not overtaken; R2: callers are told")
  void stubbornStage() {
    OffloadFuture<Integer> future = manager.submitStage(KEY, () -> stage.minimalCompletionStage());
    awaitAttached();
    assertTrue(manager.cancel(KEY));
    outcome(future).assertCancelled(CancelReason.CANCELLED);
    OffloadFuture<Integer> successor = manager.submit(KEY, () -> 2);
    assertEquals(JobState.QUEUED, successor.jobState());
    assertEquals(JobState.CANCELLING, future.jobState());
    stage.complete(1);

    outcome(successor).assertValue(2);
  }

  @Test
  @DisplayName("R3: a stage that cannot be a future still ends its job, cancelled or not")
  void oddStage() {
    CompletionStage<Integer> odd =
        OddStage.over(
            stage, "toCompletableFuture", new UnsupportedOperationException("on purpose"));
    OffloadFuture<Integer> future = manager.submitStage(KEY, () -> odd);
    awaitAttached();
    assertTrue(manager.cancel(KEY));
    assertEquals(JobState.CANCELLING, future.jobState());
    stage.complete(1);
    Bounded.until("the body has ended", () -> future.jobState() == JobState.CANCELLED);

    IllegalStateException failure = new IllegalStateException("on purpose");
    OffloadFuture<Integer> broken =
        manager.submitStage(KEY, () -> OddStage.over(stage, "whenComplete", failure));
    assertSame(failure, outcome(broken).failure());
  }

  @Test
  @DisplayName(
      "R2, R9: a stage that throws as it is cancelled is waited for, also if it came too late")
  void oddStageOfACancelledBody() {
    CompletionStage<Integer> odd =
        OddStage.over(
            stage, "toCompletableFuture", new UnsupportedOperationException("on purpose"));
    OffloadFuture<Integer> future =
        manager.submitStage(
            KEY,
            () -> {
              assertTrue(manager.cancel(KEY));
              Bounded.until("the body is asked to stop", Thread.currentThread()::isInterrupted);
              boolean unused = Thread.interrupted();
              LockSupport.parkNanos(50_000_000); // until that is through
              return odd;
            });
    awaitAttached();
    assertEquals(JobState.CANCELLING, future.jobState());
    stage.complete(1);
    Bounded.until("the body has ended", () -> future.jobState() == JobState.CANCELLED);
  }

  @Test
  @DisplayName("T1: a stage that never ends is ended by its time limit")
  void limit() {
    SubmitOptions brief =
        SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(Duration.ofMillis(5)));
    OffloadFuture<Integer> future = manager.submitStage(KEY, brief, () -> stage);

    outcome(future).assertFailure(OffloadTimeoutException.class);
    Bounded.until("the stage is cancelled", stage::isCancelled);
  }

  @Test
  @DisplayName("R3: a stage that ends while its job is cancelled ends it once")
  void endRacesCancel() {
    try (Race race = new Race(2)) {
      for (int i = 0; i < 500; i++) {
        CompletableFuture<Integer> racing = new CompletableFuture<>();
        OffloadFuture<Integer> future =
            manager.submitStage(
                LOAD.key(i), i % 2 == 0 ? BORROWED : SubmitOptions.unset(), () -> racing);
        OffloadKey.Keyed<Integer> key = LOAD.key(i);
        List<Boolean> won = race.each(List.of(() -> racing.complete(1), () -> manager.cancel(key)));
        Outcome<Integer> told = outcome(future);
        if (won.get(1)) {
          told.assertCancelled(CancelReason.CANCELLED);
        } else {
          told.assertValue(1);
        }
      }
    }
    Bounded.get("all have ended", manager.joinAll());
    assertEquals(500, manager.snapshot().total().accepted());
    assertEquals(0, manager.activeCount());
  }

  @Test
  @DisplayName("R1: one supplier runs for a key, and all callers get the stage's value")
  void singleFlight() {
    AtomicInteger calls = new AtomicInteger();
    OffloadFuture<Integer> first =
        manager.shareStage(
            KEY,
            () -> {
              calls.incrementAndGet();
              return stage;
            });
    OffloadFuture<Integer> second = manager.shareStage(KEY, () -> stage);
    assertTrue(second.joined());
    stage.complete(3);

    outcome(first).assertValue(3);
    outcome(second).assertValue(3);
    assertEquals(1, calls.get());
  }

  @Test
  @DisplayName("E5: a stage that is the future of the job itself is told so")
  void ownFuture() {
    OffloadFuture<Integer> future = manager.shareStage(KEY, () -> manager.share(KEY, () -> 1));

    outcome(future).assertFailure(OffloadCycleException.class);
  }

  @Test
  @DisplayName("T3: a stage that is the future of a queued job lends it the permit")
  void lends() {
    OffloadConfig config =
        OffloadConfig.builder()
            .kind(LOAD, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
            .build();
    AsyncOffloadManager limited = AsyncOffloadManager.builder().config(config).build();
    OffloadFuture<Integer> outer =
        limited.submitStage(KEY, () -> limited.submit(LOAD.key("inner"), () -> 4));

    outcome(outer).assertValue(4);
    Bounded.run("close", limited::close);
  }

  @Test
  @DisplayName("the other verbs take stages, too")
  void verbs() throws InterruptedException {
    stage.complete(1);
    var tried = manager.trySubmitStage(LOAD.auto(), () -> stage);
    outcome(assertInstanceOf(Submission.Started.class, tried)).assertValue(1);
    var placed = manager.submitStageWhenRoom(LOAD.auto(), SubmitOptions.unset(), () -> stage);
    outcome(placed).assertValue(1);
    manager.spawnStage("audit", () -> stage);
    Bounded.get("all", manager.joinAll());
    assertEquals(3, manager.snapshot().total().succeeded());
  }

  @SuppressWarnings("unchecked")
  private static Outcome<Integer> outcome(Submission.Started<?> started) {
    return outcome((OffloadFuture<Integer>) started.handle());
  }
}
