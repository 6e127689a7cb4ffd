package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.AbandonPolicy;
import dev.offload.CancelReason;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadKey;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** L1, L2: who holds a job, and what their leaving does. */
public interface LeaseContract extends Contract {

  private void assertGivenUp(Face face, Handle<Integer> handle) {
    Outcome<Integer> told = Outcome.of(handle);
    assertTrue(face.isGivenUp(told.failure()), told::toString);
  }

  @Test
  @DisplayName("L1: the first caller leaves, the others get the value")
  default void firstCallerLeaves() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.share(key, body);
    List<Handle<Integer>> others = List.of(face.share(key, body), face.share(key, body));
    body.awaitStarted();
    assertTrue(first.cancel());

    assertGivenUp(face, first);
    assertEquals(JobState.RUNNING, first.jobState());
    assertEquals(2, face.find(key).orElseThrow().leases());
    body.release();
    others.forEach(handle -> Outcome.of(handle).assertValue(1));
    assertEquals(1, body.runs());
  }

  @Test
  @DisplayName("L1: when the last caller leaves, the job is cancelled as ABANDONED")
  default void lastCallerLeaves() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    List<Handle<Integer>> all = List.of(face.share(key, body), face.share(key, body));
    body.awaitStarted();
    all.forEach(handle -> assertTrue(handle.cancel()));

    body.awaitStopped();
    RecordingListener.Event end = listener.await("onEnded");
    assertEquals(JobState.CANCELLED, end.job().state());
    assertEquals(CancelReason.ABANDONED, end.job().cancelReason());
    all.forEach(handle -> assertGivenUp(face, handle));
  }

  @Test
  @DisplayName("L1: a kind that says finish goes on without callers, and can be joined again")
  default void abandonedJobFinishes() {
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(LOAD, KindPolicy.unset().withAbandon(AbandonPolicy.finish())));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.share(key, body);
    body.awaitStarted();
    assertTrue(first.cancel());
    assertEquals(JobState.RUNNING, first.jobState());
    assertEquals(0, face.find(key).orElseThrow().leases());
    Handle<Integer> second = face.share(key, Body.of(() -> -1));

    assertTrue(second.joined());
    body.release();
    Outcome.of(second).assertValue(1);
    assertGivenUp(face, first);
  }

  private Face lingering(Duration time) {
    return bench()
        .open(
            FaceSettings.defaults()
                .with(LOAD, KindPolicy.unset().withAbandon(AbandonPolicy.linger(time))));
  }

  @Test
  @DisplayName("L1: a job lingers when its last holder has left, for one who comes back in time")
  default void comesBack() {
    Face face = lingering(Bounded.BOUND);
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.share(key, body);
    body.awaitStarted();
    for (int i = 0; i < 3; i++) {
      assertTrue(first.cancel());
      assertGivenUp(face, first);
      assertEquals(JobState.RUNNING, first.jobState());
      assertEquals(0, face.find(key).orElseThrow().leases());
      first = face.share(key, Body.of(() -> -1));
      assertTrue(first.joined());
    }
    body.release();
    Outcome.of(first).assertValue(1);
  }

  @Test
  @DisplayName("L1: a job that lingers is cancelled if nobody comes back in time")
  default void nobodyComesBack() {
    RecordingListener listener = new RecordingListener();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(
                        LOAD,
                        KindPolicy.unset()
                            .withAbandon(AbandonPolicy.linger(Duration.ofMillis(5)))));
    Body<Integer> body = bench().held(() -> 1);
    List<Handle<Integer>> all =
        List.of(face.share(LOAD.key("same"), body), face.share(LOAD.key("same"), body));
    body.awaitStarted();
    all.forEach(handle -> assertTrue(handle.cancel()));

    RecordingListener.Event end = listener.await("onEnded");
    assertEquals(JobState.CANCELLED, end.job().state());
    assertEquals(CancelReason.ABANDONED, end.job().cancelReason());
    all.forEach(handle -> assertGivenUp(face, handle));
  }

  @Test
  @DisplayName("L1: a job that lingers ends at once by a cancel of its key, and with its manager")
  default void lingeringJobIsCancelled() {
    Face face = lingering(Bounded.BOUND.multipliedBy(100));
    for (boolean byKey : List.of(true, false)) {
      Body<Integer> body = bench().held(() -> 1);
      Handle<Integer> handle = face.share(LOAD.key("same"), body);
      body.awaitStarted();
      assertTrue(handle.cancel());
      if (byKey) {
        assertTrue(face.cancel(LOAD.key("same")));
      } else {
        face.closeCancelling();
      }
      body.awaitStopped();
    }
  }

  @Test
  @DisplayName("L1: only shared jobs linger: the last holder of an owned one cancels it")
  default void ownedJobsDoNotLinger() {
    RecordingListener listener = new RecordingListener();
    AbandonPolicy lingers = AbandonPolicy.linger(Bounded.BOUND.multipliedBy(100));
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(LOAD, KindPolicy.unset().withAbandon(lingers)));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.submit(LOAD.key("same"), body);
    body.awaitStarted();
    assertTrue(handle.cancel());
    body.awaitStopped();
    assertGivenUp(face, handle);
    assertEquals(CancelReason.CANCELLED, listener.await("onEnded").job().cancelReason());
  }

  @Test
  @DisplayName("L1: whoever holds a lease holds the job, however fast others come and leave")
  default void comingAndLeaving() {
    Face face = bench().open(FaceSettings.defaults().with(dropped -> {}));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> never = Body.of(() -> 1);
    try (Race race = new Race(3)) {
      List<Integer> lost =
          race.all(
              () -> {
                int cancelledByOthers = 0;
                for (int i = 0; i < 30_000; i++) {
                  if (!face.share(key, never).cancel()) {
                    cancelledByOthers++;
                  }
                }
                return cancelledByOthers;
              });

      assertEquals(List.of(0, 0, 0), lost);
    }
    assertFalse(face.isInFlight(key));
    assertEquals(90_000, face.snapshot().total().submitted());
  }

  @Test
  @DisplayName("L1: the last caller leaves as a new one joins: that one is never told of a cancel")
  default void lastLeavesWhileOneJoins() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    try (Race race = new Race(2)) {
      for (int i = 0; i < 1_000; i++) {
        Body<Integer> old = bench().held(() -> 1);
        Handle<Integer> leaver = face.share(key, old);
        old.awaitStarted();
        List<Handle<Integer>> both =
            race.each(
                List.of(
                    () -> {
                      assertTrue(leaver.cancel());
                      return leaver;
                    },
                    () -> face.share(key, Body.of(() -> 2))));
        Handle<Integer> joiner = both.get(1);
        old.release();

        Outcome.of(joiner).assertValue(joiner.joined() ? 1 : 2);
        assertGivenUp(face, leaver);
      }
    }
  }

  @Test
  @DisplayName("L1: one leaves at the instant of the end: it gets one answer, the others the value")
  default void leaveAtTheEnd() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    try (Race race = new Race(3)) {
      for (int i = 0; i < 1_000; i++) {
        Body<Integer> body = bench().held(() -> 1);
        Handle<Integer> leaver = face.share(key, body);
        Handle<Integer> other = face.share(key, body);
        body.awaitStarted();
        AtomicBoolean left = new AtomicBoolean();
        Callable<Outcome<Integer>> ask = () -> Outcome.of(leaver);
        Callable<Outcome<Integer>> leave =
            () -> {
              left.set(leaver.cancel());
              return Outcome.of(leaver);
            };
        Callable<Outcome<Integer>> end =
            () -> {
              body.release();
              return Outcome.of(leaver);
            };
        for (Outcome<Integer> told : race.each(List.of(leave, ask, end))) {
          assertEquals(left.get(), face.isGivenUp(told.failure()), told::toString);
          assertEquals(left.get() ? null : 1, told.value());
        }
        Outcome.of(other).assertValue(1);
      }
    }
  }

  @Test
  @DisplayName("L1: the last one leaves at the instant of the end: value or cancel, and a free key")
  default void lastLeavesAtTheEnd() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    try (Race race = new Race(2)) {
      for (int i = 0; i < 1_000; i++) {
        Body<Integer> body = bench().held(() -> 1);
        Handle<Integer> only = face.share(key, body);
        assertFalse(only.joined());
        body.awaitStarted();
        boolean left =
            race.<Boolean>each(
                    List.of(
                        only::cancel,
                        () -> {
                          body.release();
                          return true;
                        }))
                .get(0);

        Outcome<Integer> told = Outcome.of(only);
        assertEquals(left, face.isGivenUp(told.failure()), told::toString);
        Bounded.until("the job ends", () -> !only.jobState().isActive());
      }
    }
  }

  @Test
  @DisplayName("L1: the only holder of an owned job cancels it with its handle")
  default void onlyHolderOfAnOwnedJob() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> only = face.submit(LOAD.key("same"), body);
    body.awaitStarted();
    assertTrue(only.cancel());

    body.awaitStopped();
    assertEquals(CancelReason.CANCELLED, listener.await("onEnded").job().cancelReason());
    assertGivenUp(face, only);
  }

  @Test
  @DisplayName("L1: one of two holders of an owned job leaves, the other is not touched")
  default void oneOfTwoHoldersOfAnOwnedJob() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> starter = face.submit(key, body);
    Handle<Integer> joiner = face.submit(key, body);
    body.awaitStarted();
    assertTrue(starter.cancel());

    assertEquals(JobState.RUNNING, joiner.jobState());
    body.release();
    Outcome.of(joiner).assertValue(1);
    assertGivenUp(face, starter);
  }

  @Test
  @DisplayName("L1: whoever waits on a handle that is given up is told at once")
  default void waiterOfAHandleThatIsGivenUp() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> leaver = face.share(key, body);
    Handle<Integer> other = face.share(key, body);
    var waiting = leaver.outcome();
    var othersWait = other.outcome();
    assertTrue(leaver.cancel());

    assertTrue(face.isGivenUp(Outcome.of(waiting).failure()));
    assertFalse(othersWait.isDone());
    body.release();
    Outcome.of(othersWait).assertValue(1);
  }

  @Test
  @DisplayName("L1: a cancel after the outcome changes nothing and answers false")
  default void cancelAfterTheOutcome() {
    Face face = bench().open();
    Handle<Integer> succeeded = face.submit(LOAD.key(1), Body.of(() -> 1));
    Handle<Integer> failed = face.submit(LOAD.key(2), Body.of(Ending.ERROR::act));
    Bounded.until("both have ended", () -> face.activeCount() == 0);

    assertFalse(succeeded.cancel());
    assertFalse(failed.cancel());
    Outcome.of(succeeded).assertValue(1);
    Outcome.of(failed).assertFailure(StackOverflowError.class);
  }

  @Test
  @DisplayName("L1: a cancel after someone cancelled the job changes nothing and answers false")
  default void cancelAfterTheJobWasCancelled() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> handle = face.submit(key, body);
    body.awaitStarted();
    assertTrue(face.cancel(key));

    assertFalse(handle.cancel());
    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
  }

  @Test
  @DisplayName("L1: a second cancel of one handle answers false and takes nobody else's lease")
  default void secondCancel() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> leaver = face.share(key, body);
    Handle<Integer> other = face.share(key, body);
    assertTrue(leaver.cancel());

    assertFalse(leaver.cancel());
    assertEquals(1, face.find(key).orElseThrow().leases());
    body.release();
    Outcome.of(other).assertValue(1);
  }

  @Test
  @DisplayName("L2: cancelling one who merely waits drops nothing; the handle can be awaited again")
  default void waitIsCancelled() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.share(key, body);
    body.awaitStarted();
    for (int i = 0; i < 100; i++) {
      assertTrue(handle.outcome().cancel(true));
    }

    assertEquals(1, face.find(key).orElseThrow().leases());
    assertEquals(JobState.RUNNING, handle.jobState());
    body.release();
    Outcome.of(handle).assertValue(1);
  }
}
