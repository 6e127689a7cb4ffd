package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadKey;
import dev.offload.OffloadTimeoutException;
import dev.offload.TimeLimit;
import dev.offload.TimeoutPolicy;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.ManualExecutor;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.RecordingListener;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** T1: limits on the time a body may run. The limits are short, and each test waits for them. */
public interface TimeLimitContract extends Contract {
  Duration SHORT = Duration.ofMillis(10);

  private Face open(RecordingListener listener, TimeoutPolicy limits) {
    return bench()
        .open(
            FaceSettings.defaults()
                .with(listener)
                .with(LOAD, KindPolicy.unset().withTimeout(limits)));
  }

  @Test
  @DisplayName(
      "T1: a body that runs longer than cancelAfter ends as TIMED_OUT, its callers at once")
  default void cancelAfter() {
    RecordingListener listener = new RecordingListener();
    Face face = open(listener, TimeoutPolicy.cancelAfter(SHORT));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().stubborn(() -> 1);
    List<Handle<Integer>> all = List.of(face.submit(key, body), face.submit(key, body));

    for (Handle<Integer> handle : all) {
      OffloadTimeoutException told =
          Outcome.of(handle).assertFailure(OffloadTimeoutException.class);
      assertEquals(SHORT, told.limit());
      assertEquals(TimeLimit.CANCEL_AFTER, told.exceeded());
      assertEquals(JobState.CANCELLING, handle.jobState());
    }
    body.release();
    RecordingListener.Event end = listener.await("onEnded");
    assertEquals(CancelReason.TIMED_OUT, end.job().cancelReason());
    assertEquals(1, face.snapshot().total().cancelled());
  }

  @Test
  @DisplayName("T1: a body that is cut off is asked to end")
  default void bodyIsStopped() {
    Face face = open(new RecordingListener(), TimeoutPolicy.cancelAfter(SHORT));
    Body<Integer> body = bench().held(() -> 1);
    face.submit(LOAD.key("same"), body);

    body.awaitStopped();
    body.awaitEnded();
    assertEquals(1, body.runs());
  }

  @Test
  @DisplayName("T1: limits need no free thread of the executor")
  default void noFreeThread() {
    FaceSettings settings =
        FaceSettings.defaults()
            .with(bench().pool(1))
            .with(LOAD, KindPolicy.unset().withTimeout(TimeoutPolicy.cancelAfter(SHORT)));
    Face face = bench().open(settings);
    java.util.concurrent.CountDownLatch blocked = new java.util.concurrent.CountDownLatch(1);
    Handle<Integer> handle =
        face.submit(
            LOAD.key("same"),
            Body.of(
                () -> {
                  boolean open = false;
                  while (!open) { // blocks the only thread, whoever interrupts it
                    try {
                      open = blocked.await(20, java.util.concurrent.TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                      open = false;
                    }
                  }
                  return 1;
                }));

    Outcome.of(handle).assertFailure(OffloadTimeoutException.class);
    blocked.countDown();
  }

  @Test
  @DisplayName("T1: limits count from the start of the body, not from its submission")
  default void limitsCountFromTheStart() {
    ManualExecutor executor = bench().manualExecutor();
    RecordingListener listener = new RecordingListener();
    FaceSettings settings =
        FaceSettings.defaults()
            .with(executor)
            .with(listener)
            .with(LOAD, KindPolicy.unset().withTimeout(TimeoutPolicy.cancelAfter(SHORT)));
    Face face = bench().open(settings);
    Handle<Integer> handle = face.submit(LOAD.key("queued"), bench().held(() -> 1));
    // By the time a longer limit has passed elsewhere, that of this job would have too.
    Face other = open(new RecordingListener(), TimeoutPolicy.cancelAfter(SHORT.multipliedBy(3)));
    Outcome.of(other.submit(LOAD.key("running"), bench().held(() -> 1)))
        .assertFailure(OffloadTimeoutException.class);

    assertEquals(JobState.QUEUED, handle.jobState());
    var running = Bounded.start(executor::runAll);
    Outcome.of(handle).assertFailure(OffloadTimeoutException.class);
    Bounded.get("the executor is done", running);
  }

  private static void assertNotStarted(Handle<Integer> handle) {
    OffloadTimeoutException told = Outcome.of(handle).assertFailure(OffloadTimeoutException.class);
    assertEquals(TimeLimit.START_WITHIN, told.exceeded());
    assertEquals(SHORT, told.limit());
    assertEquals(JobState.CANCELLED, handle.jobState());
  }

  @Test
  @DisplayName("T1, R3: startWithin ends a job whose executor dropped it, and its key is free")
  default void startWithinOfDropped() {
    ManualExecutor dropping = bench().manualExecutor();
    RecordingListener listener = new RecordingListener();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(dropping)
                    .with(listener)
                    .with(LOAD, KindPolicy.unset().withTimeout(TimeoutPolicy.startWithin(SHORT))));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = Body.of(() -> 1);
    List<Handle<Integer>> all = List.of(face.submit(key, body), face.submit(key, body));
    all.forEach(TimeLimitContract::assertNotStarted);

    RecordingListener.Event end = listener.await("onEnded");
    assertEquals(CancelReason.TIMED_OUT, end.job().cancelReason());
    assertEquals(1, face.snapshot().total().cancelled());
    assertFalse(face.isInFlight(key));
    Handle<Integer> next = face.submit(key, TimeoutPolicy.none(), Body.of(() -> 2));
    assertFalse(next.joined());
    var running = Bounded.start(dropping::runAll); // too late for the first one
    Outcome.of(next).assertValue(2);
    Bounded.get("the executor is done", running);
    assertEquals(0, body.runs());
  }

  @Test
  @DisplayName("T1, T3: startWithin ends a job that waits for a permit, and its place is free")
  default void startWithinOfQueued() {
    KindPolicy one = KindPolicy.unset().withConcurrency(new ConcurrencyLimit(1, 1));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, one));
    Body<Integer> occupant = bench().held(() -> 1);
    Handle<Integer> first = face.submit(LOAD.key("first"), occupant);
    occupant.awaitStarted();
    Body<Integer> body = Body.of(() -> 2);
    assertNotStarted(face.submit(LOAD.key("late"), TimeoutPolicy.startWithin(SHORT), body));

    Handle<Integer> next = face.submit(LOAD.key("next"), Body.of(() -> 3));
    occupant.release();
    Outcome.of(first).assertValue(1);
    Outcome.of(next).assertValue(3);
    assertEquals(0, body.runs());
  }

  @Test
  @DisplayName("T1, R1: startWithin ends a successor, and the body before it goes on")
  default void startWithinOfSuccessor() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> before = bench().stubborn(() -> 1);
    Handle<Integer> cancelled = face.submit(key, before);
    before.awaitStarted();
    assertTrue(cancelled.cancel());
    assertNotStarted(face.submit(key, TimeoutPolicy.startWithin(SHORT), Body.of(() -> 2)));

    Handle<Integer> next = face.submit(key, Body.of(() -> before.hasEnded() ? 3 : -3));
    assertEquals(JobState.QUEUED, next.jobState());
    before.release();
    Outcome.of(next).assertValue(3);
  }

  @Test
  @DisplayName("T1: a body that began in time is not ended by startWithin, however long it runs")
  default void startedInTime() {
    Face face = bench().open();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle =
        face.submit(LOAD.key("same"), TimeoutPolicy.startWithin(Bounded.BOUND), body);
    body.awaitStarted();
    // Its limit would be over before that of another job.
    Outcome.of(face.submit(LOAD.key("b"), TimeoutPolicy.cancelAfter(SHORT), bench().held(() -> 1)))
        .assertFailure(OffloadTimeoutException.class);
    assertEquals(JobState.RUNNING, handle.jobState());
    body.release();
    Outcome.of(handle).assertValue(1);
  }

  @Test
  @DisplayName("T1, L1: startWithin of a shared job concerns all its callers")
  default void startWithinOfShared() {
    ManualExecutor dropping = bench().manualExecutor();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(dropping)
                    .with(LOAD, KindPolicy.unset().withTimeout(TimeoutPolicy.startWithin(SHORT))));
    Body<Integer> body = Body.of(() -> 1);
    List.of(face.share(LOAD.key("same"), body), face.share(LOAD.key("same"), body))
        .forEach(TimeLimitContract::assertNotStarted);
    assertEquals(0, body.runs());
  }

  @Test
  @DisplayName("T1: warnAfter reports while the body runs, and once more with the total")
  default void warnAfter() {
    RecordingListener listener = new RecordingListener();
    Face face = open(listener, TimeoutPolicy.warnAfter(SHORT));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.submit(key, body);
    RecordingListener.Event warning = listener.await("onSlow");
    assertEquals(JobState.RUNNING, warning.job().state());
    assertTrue(warning.elapsed().compareTo(SHORT) >= 0, warning::toString);

    body.release();
    Outcome.of(handle).assertValue(1);
    RecordingListener.Event total =
        listener.await("onSlow", event -> event.job().state() == JobState.SUCCEEDED);
    assertTrue(total.elapsed().compareTo(warning.elapsed()) >= 0, total::toString);
    listener.await("onEnded");
    assertEquals(2, listener.all("onSlow").size());
  }

  @Test
  @DisplayName("T1: a body that ends in time is neither reported nor cancelled")
  default void inTime() {
    RecordingListener listener = new RecordingListener();
    Face face =
        open(
            listener,
            new TimeoutPolicy(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(2)));
    Outcome.of(face.submit(LOAD.key("same"), Body.of(() -> 1))).assertValue(1);

    listener.await("onEnded");
    assertEquals(List.of(), listener.all("onSlow"));
  }

  @Test
  @DisplayName("T1: a joined job keeps its starter's limits: a joiner brings none along")
  default void joinerBringsNoLimit() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    TimeoutPolicy limit = TimeoutPolicy.cancelAfter(SHORT);
    Body<Integer> body = bench().held(() -> 1);
    face.submit(key, body);
    body.awaitStarted();
    Handle<Integer> joiner = face.submit(key, limit, body);
    Outcome.of(face.submit(LOAD.key("other"), limit, bench().held(() -> 1)))
        .assertFailure(OffloadTimeoutException.class);

    assertEquals(JobState.RUNNING, joiner.jobState());
    body.release();
    Outcome.of(joiner).assertValue(1);
  }

  @Test
  @DisplayName("T1: a joined job keeps its starter's limits: a joiner takes none away")
  default void joinerTakesNoLimit() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    face.submit(key, TimeoutPolicy.cancelAfter(SHORT), body);
    Handle<Integer> joiner = face.submit(key, TimeoutPolicy.none(), body);

    Outcome.of(joiner).assertFailure(OffloadTimeoutException.class);
  }
}
