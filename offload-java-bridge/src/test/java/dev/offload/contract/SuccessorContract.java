package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.KeyStuckException;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.RejectReason;
import dev.offload.Submission;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Exclusive;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R1, R2, L3: what comes after a body that is dying. */
public interface SuccessorContract extends Contract {

  /** A job under the key that was cancelled and goes on until its body is released. */
  private Body<Integer> dying(Face face, OffloadKey<Integer> key) {
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> handle = face.submit(key, body);
    body.awaitStarted();
    assertTrue(face.cancel(key));
    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
    assertEquals(JobState.CANCELLING, handle.jobState());
    return body;
  }

  @Test
  @DisplayName("R2: a cancel tells the callers at once, before the body has ended")
  default void callersAreToldAtOnce() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> first = face.submit(key, body);
    Handle<Integer> second = face.submit(key, Body.of(() -> 2));
    body.awaitStarted();
    assertTrue(face.cancel(key));

    Outcome.of(first).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(second).assertCancelled(CancelReason.CANCELLED);
    assertFalse(body.hasEnded());
    assertTrue(face.isInFlight(key), "the entry stays until the body has ended");
    assertEquals(1, face.activeCount());
  }

  @Test
  @DisplayName("R2: who comes to wait at the instant of the cancel is told at once, too")
  default void waiterMeetsTheCancel() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    try (Race race = new Race(2)) {
      for (int i = 0; i < 2_000; i++) {
        Body<Integer> body = bench().stubborn(() -> 1);
        Handle<Integer> handle = face.submit(key, body);
        body.awaitStarted();
        List<CompletableFuture<Outcome<Integer>>> told =
            race.each(
                List.of(
                    () -> {
                      assertTrue(face.cancel(key));
                      return handle.outcome();
                    },
                    () -> {
                      Handle<Integer> joiner = face.submit(key, Body.of(() -> 2));
                      return joiner.joined() ? joiner.outcome() : handle.outcome();
                    }));

        told.forEach(answer -> Outcome.of(answer).assertCancelled(CancelReason.CANCELLED));
        assertFalse(body.hasEnded());
        body.release();
        Bounded.until("the key is free", () -> !face.isInFlight(key));
      }
    }
  }

  @Test
  @DisplayName("R2: what a cancelled body yields later is dropped")
  default void lateValueIsDropped() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> handle = face.submit(key, body);
    body.awaitStarted();
    assertTrue(face.cancel(key));
    body.release();

    RecordingListener.Event end = listener.await("onEnded");
    assertEquals(JobState.CANCELLED, end.job().state());
    assertEquals(CancelReason.CANCELLED, end.job().cancelReason());
    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
  }

  @Test
  @DisplayName("R2: what a cancelled body throws later is reported as suppressed exception")
  default void lateFailureIsSuppressed() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    IllegalStateException late = new IllegalStateException("late");
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body =
        bench()
            .stubborn(
                () -> {
                  throw late;
                });
    Handle<Integer> handle = face.submit(key, body);
    body.awaitStarted();
    assertTrue(face.cancel(key));
    body.release();

    assertEquals(List.of(late), List.of(listener.await("onEnded").failure().getSuppressed()));
    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
  }

  @Test
  @DisplayName("R1: a successor's body starts only after its predecessor's body has ended")
  default void successorWaits() {
    Face face = bench().open(FaceSettings.defaults().with(bench().pool(2)));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> dying = dying(face, key);
    Body<Integer> next = Body.of(() -> dying.hasEnded() ? 2 : -2);
    Handle<Integer> successor = face.submit(key, next);
    assertFalse(successor.joined(), "L3: a dying job cannot be joined");
    bench().passThroughPool(face);

    assertEquals(JobState.QUEUED, successor.jobState());
    assertEquals(0, next.runs());
    dying.release();
    Outcome.of(successor).assertValue(2);
  }

  @Test
  @DisplayName(
      "R1: bodies of one key never overlap, whatever races: submit, replace, cancel, leave")
  default void bodiesNeverOverlap() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Exclusive exclusive = new Exclusive();
    List<Callable<Outcome<Integer>>> actions =
        List.of(
            () -> Outcome.of(face.submit(key, Body.of(exclusive.watch(1)))),
            () -> Outcome.of(face.submit(key, ConflictPolicy.REPLACE, Body.of(exclusive.watch(2)))),
            () -> {
              face.cancel(key);
              return Outcome.of(face.share(key, Body.of(exclusive.watch(3))));
            },
            () -> {
              Handle<Integer> handle = face.submit(key, Body.of(exclusive.watch(4)));
              handle.cancel();
              return Outcome.of(handle);
            });
    try (Race race = new Race(actions.size())) {
      for (int i = 0; i < 500; i++) {
        race.each(actions);
      }
    }
    assertEquals(1, exclusive.most());
  }

  @Test
  @DisplayName("R1: at most one successor waits: a second submission joins it")
  default void secondSuccessorJoins() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> dying = dying(face, key);
    Body<Integer> unused = Body.of(() -> 3);
    Handle<Integer> successor = face.submit(key, Body.of(() -> 2));
    Submission<Handle<Integer>> second = face.trySubmit(key, ConflictPolicy.JOIN, unused);

    assertInstanceOf(Submission.Joined.class, second);
    assertEquals(2, face.activeCount());
    dying.release();
    Outcome.of(successor).assertValue(2);
    Outcome.of(second.handleOrNull()).assertValue(2);
    assertEquals(0, unused.runs());
  }

  @Test
  @DisplayName("R1: at most one successor waits: REJECT is refused")
  default void secondSuccessorIsRefused() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> dying = dying(face, key);
    Handle<Integer> successor =
        face.trySubmit(key, ConflictPolicy.REJECT, Body.of(() -> 2)).handleOrNull();

    assertEquals(
        new Submission.Rejected<Handle<Integer>>(RejectReason.KEY_IN_FLIGHT),
        face.trySubmit(key, ConflictPolicy.REJECT, Body.of(() -> 3)));
    dying.release();
    Outcome.of(successor).assertValue(2);
  }

  @Test
  @DisplayName("R1: at most one successor waits: REPLACE replaces it unstarted")
  default void secondSuccessorReplaces() {
    Face face = bench().open(FaceSettings.defaults().with(bench().pool(2)));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> dying = dying(face, key);
    Body<Integer> replaced = Body.of(() -> 2);
    Handle<Integer> first = face.submit(key, replaced);
    Body<Integer> last = Body.of(() -> dying.hasEnded() ? 3 : -3);
    Handle<Integer> second = face.submit(key, ConflictPolicy.REPLACE, last);
    bench().passThroughPool(face);

    Outcome.of(first).assertCancelled(CancelReason.REPLACED);
    assertEquals(JobState.CANCELLED, first.jobState());
    assertEquals(0, last.runs());
    dying.release();
    Outcome.of(second).assertValue(3);
    assertEquals(0, replaced.runs());
  }

  @Test
  @DisplayName(
      "R1: a successor that is cancelled before its turn lets nobody overtake the dying body")
  default void cancelledSuccessor() {
    Face face = bench().open(FaceSettings.defaults().with(bench().pool(2)));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> dying = dying(face, key);
    Body<Integer> never = Body.of(() -> 2);
    Handle<Integer> first = face.submit(key, never);
    assertTrue(first.cancel());
    Body<Integer> last = Body.of(() -> dying.hasEnded() ? 3 : -3);
    Handle<Integer> second = face.submit(key, last);
    bench().passThroughPool(face);

    assertFalse(second.joined());
    assertEquals(0, last.runs());
    dying.release();
    Outcome.of(second).assertValue(3);
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("R1: a body that will not die is reported, and keeps its key")
  default void undyingIsReported() {
    RecordingListener listener = new RecordingListener();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(OffloadConfig.builder().undyingReportAfter(Duration.ofMillis(5))));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = dying(face, key);

    JobSnapshot reported = listener.await("onUndying").job();
    assertEquals(key, reported.key());
    assertEquals(JobState.CANCELLING, reported.state());
    assertTrue(face.isInFlight(key));
    body.release();
    listener.await("onEnded");
    assertEquals(1, listener.all("onUndying").size());
  }

  @Test
  @DisplayName("R1: a successor that waits beyond the bound ends with KeyStuckException, unstarted")
  default void successorGivesUp() {
    Duration bound = Duration.ofMillis(20);
    Face face =
        bench().open(FaceSettings.defaults().with(OffloadConfig.builder().successorWait(bound)));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> dying = dying(face, key);
    Body<Integer> never = Body.of(() -> 2);
    Handle<Integer> successor = face.submit(key, never);

    KeyStuckException stuck = Outcome.of(successor).assertFailure(KeyStuckException.class);
    assertEquals(bound, stuck.waited());
    assertEquals(JobState.FAILED, successor.jobState());
    assertFalse(dying.hasEnded());
    assertEquals(1, face.activeCount());
    dying.release();
    Bounded.until("the key is free", () -> !face.isInFlight(key));
    Outcome.of(face.submit(key, Body.of(() -> 3))).assertValue(3);
    assertEquals(0, never.runs());
  }
}
