package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.KeyInFlightException;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.OffloadStats;
import dev.offload.RejectReason;
import dev.offload.Submission;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Work;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R5, R7, and the kinds and keys they speak of: a collision is never silent. */
public interface ConflictContract extends Contract {

  /** Runs under ALLOW beside what is there; value i. */
  private List<Body<Integer>> running(Face face, OffloadKey<Integer> key, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(
            i -> {
              Body<Integer> body = bench().stubborn(() -> i);
              assertInstanceOf(
                  Submission.Started.class, face.trySubmit(key, ConflictPolicy.ALLOW, body));
              return body.awaitStarted();
            })
        .toList();
  }

  @Test
  @DisplayName("R7: JOIN shares the job in flight")
  default void join() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = running(face, key, 1).get(0);
    Submission<Handle<Integer>> taken = face.trySubmit(key, ConflictPolicy.JOIN, Body.of(() -> -1));

    assertInstanceOf(Submission.Joined.class, taken);
    assertTrue(taken.handleOrNull().joined());
    assertEquals(key, taken.handleOrNull().key());
    body.release();
    Outcome.of(taken.handleOrNull()).assertValue(1);
  }

  @Test
  @DisplayName("R7: REJECT refuses the newcomer and leaves the job in flight alone")
  default void reject() {
    Face face = bench().open();
    OffloadKey.Explicit<Integer> key = LOAD.explicit(7);
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.submit(key, body);
    Body<Integer> unused = Body.of(() -> -1);

    assertEquals(
        new Submission.Rejected<Handle<Integer>>(RejectReason.KEY_IN_FLIGHT),
        face.trySubmit(key, ConflictPolicy.REJECT, unused));
    String message =
        assertThrows(KeyInFlightException.class, () -> face.submit(key, unused)).getMessage();
    assertEquals("Explicit(load)", message.substring(0, message.indexOf(' ')));
    body.release();
    Outcome.of(first).assertValue(1);
    assertEquals(0, unused.runs());
  }

  @Test
  @DisplayName("R7: REPLACE cancels what is in flight and runs after it")
  default void replace() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> replaced = bench().stubborn(() -> 1);
    Handle<Integer> first = face.submit(key, replaced);
    replaced.awaitStarted();
    Submission<Handle<Integer>> taken =
        face.trySubmit(key, ConflictPolicy.REPLACE, Body.of(() -> replaced.hasEnded() ? 2 : -2));

    assertTrue(taken instanceof Submission.Replaced, taken::toString);
    assertFalse(taken.handleOrNull().joined());
    Outcome.of(first).assertCancelled(CancelReason.REPLACED);
    replaced.release();
    Outcome.of(taken.handleOrNull()).assertValue(2);
  }

  @Test
  @DisplayName("R7: REPLACE cancels all jobs under the key and waits for all")
  default void replaceAll() {
    Face face = bench().open(FaceSettings.defaults().with(bench().pool(4)));
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    List<Body<Integer>> bodies = running(face, key, 3);
    Body<Integer> next = Body.of(() -> (int) bodies.stream().filter(Body::hasEnded).count());
    Handle<Integer> successor = face.trySubmit(key, ConflictPolicy.REPLACE, next).handleOrNull();
    assertEquals(4, face.snapshot().jobs().size(), "three that die and one that waits for them");
    for (int i : List.of(1, 0, 2)) { // neither the order of their start nor its reverse
      bench().passThroughPool(face);
      assertEquals(0, next.runs());
      bodies.get(i).release();
    }

    Outcome.of(successor).assertValue(3);
  }

  @Test
  @DisplayName("R7: REPLACE of nothing is a start")
  default void replaceNothing() {
    Face face = bench().open();
    Submission<Handle<Integer>> taken =
        face.trySubmit(LOAD.key("same"), ConflictPolicy.REPLACE, Body.of(() -> 1));

    assertInstanceOf(Submission.Started.class, taken);
    Outcome.of(taken.handleOrNull()).assertValue(1);
  }

  @Test
  @DisplayName("R7: ALLOW keeps every job counted and reachable; R5: cancel reaches them all")
  default void allowKeepsJobsReachable() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    List<Body<Integer>> bodies = Stream.generate(() -> bench().held(() -> 1)).limit(3).toList();
    List<Handle<Integer>> handles =
        bodies.stream().map(body -> face.submit(key, ConflictPolicy.ALLOW, body)).toList();
    bodies.forEach(Body::awaitStarted);
    assertEquals(3, face.activeCount());
    assertEquals(
        List.of(key, key, key), face.snapshot().jobs().stream().map(JobSnapshot::key).toList());

    assertTrue(face.cancel(key));
    handles.forEach(handle -> Outcome.of(handle).assertCancelled(CancelReason.CANCELLED));
    bodies.forEach(Body::awaitStopped);
    assertFalse(face.cancel(key), "nothing is left to change");
    Bounded.until("all bodies have ended", () -> face.activeCount() == 0);
  }

  @Test
  @DisplayName("R7: ALLOW keeps every job waited for")
  default void allowKeepsJobsWaitedFor() {
    Face face = bench().open();
    List<Body<Integer>> bodies = running(face, LOAD.key("same"), 3);
    var closing = Bounded.start(face::close);
    Bounded.until(
        "the manager is closing",
        () ->
            new Submission.Rejected<>(RejectReason.SCOPE_CLOSED)
                .equals(face.trySubmit(LOAD.auto(), ConflictPolicy.REJECT, Body.of(() -> 0))));
    for (int i : List.of(1, 2, 0)) {
      assertFalse(closing.isDone());
      bodies.get(i).release();
    }

    Bounded.get("close returns", closing);
    assertTrue(bodies.stream().allMatch(Body::hasEnded));
  }

  @Test
  @DisplayName("R7: JOIN and find take the newest job that is not being cancelled")
  default void newestFirst() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    List<Body<Integer>> bodies = running(face, key, 2);
    Body<Integer> newest = bench().stubborn(() -> 3);
    Handle<Integer> last = face.submit(key, ConflictPolicy.ALLOW, newest);
    newest.awaitStarted();
    Handle<Integer> third = face.submit(key, Body.of(() -> -1));
    assertEquals(2, face.find(key).orElseThrow().leases(), "find sees the one that was joined");
    assertTrue(last.cancel());
    assertTrue(third.cancel());
    assertEquals(JobState.CANCELLING, last.jobState());

    assertEquals(JobState.RUNNING, face.find(key).orElseThrow().state());
    Handle<Integer> second = face.submit(key, Body.of(() -> -1));
    assertTrue(second.joined());
    bodies.forEach(Body::release);
    Outcome.of(second).assertValue(2);
  }

  @Test
  @DisplayName("R5: find answers a dying job if there is no other, and nothing when it has ended")
  default void findADyingJob() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    assertTrue(face.find(key).isEmpty());
    Body<Integer> body = running(face, key, 1).get(0);
    assertTrue(face.cancel(key));

    JobSnapshot dying = face.find(key).orElseThrow();
    assertEquals(JobState.CANCELLING, dying.state());
    assertEquals(CancelReason.CANCELLED, dying.cancelReason());
    body.release();
    Bounded.until("the key is free", () -> !face.isInFlight(key));
    assertTrue(face.find(key).isEmpty());
  }

  @Test
  @DisplayName("R5: cancel of a key that is not in flight answers false")
  default void cancelNothing() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    assertFalse(face.cancel(key));
    Outcome.of(face.submit(key, Body.of(() -> 1))).assertValue(1);
    assertFalse(face.cancel(key));
  }

  @Test
  @DisplayName("R5: cancel touches no other key, be it of the same id, form or kind")
  default void cancelTouchesNoOtherKey() {
    Face face = bench().open();
    List<OffloadKey<Integer>> others =
        List.of(LOAD.key(8L), LOAD.explicit(7), Work.STORE.key(7L), LOAD.auto());
    Body<Integer> body = bench().held(() -> 1);
    List<Handle<Integer>> handles = others.stream().map(key -> face.submit(key, body)).toList();
    Handle<Integer> cancelled = face.submit(LOAD.key(7L), body);

    assertTrue(face.cancel(LOAD.key(7L)));
    Outcome.of(cancelled).assertCancelled(CancelReason.CANCELLED);
    body.release();
    handles.forEach(handle -> Outcome.of(handle).assertValue(1));
  }

  @Test
  @DisplayName("R5: find, isInFlight and snapshot take no lease")
  default void lookingTakesNoLease() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> only = face.share(key, body);
    body.awaitStarted();
    assertEquals(1, face.find(key).orElseThrow().leases());
    assertTrue(face.isInFlight(key));
    assertEquals(1, face.snapshot().jobs().get(0).leases());

    assertTrue(only.cancel());
    body.awaitStopped();
  }

  @Test
  @DisplayName("key problem 2: a job under an auto key is found and cancelled by its key")
  default void autoKeyIsFound() {
    Face face = bench().open();
    OffloadKey.Auto<Integer> key = LOAD.auto();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.submit(key, body);
    body.awaitStarted();

    assertEquals(key, face.find(key).orElseThrow().key());
    assertTrue(face.cancel(key));
    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
  }

  @Test
  @DisplayName(
      "R7: the policy of the submission comes before that of the kind, and that before JOIN")
  default void precedence() {
    FaceSettings settings =
        FaceSettings.defaults().with(LOAD, KindPolicy.unset().withConflict(ConflictPolicy.REJECT));
    Face face = bench().open(settings);
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    face.submit(key, body);

    assertThrows(KeyInFlightException.class, () -> face.submit(key, body));
    assertTrue(face.submit(key, ConflictPolicy.JOIN, body).joined());
    assertTrue(face.share(key, body).joined(), "share always joins");
  }

  @Test
  @DisplayName("vocabulary: JOIN is refused for explicit and auto keys, before anything is counted")
  default void joinOfWhatCannotBeShared() {
    Face face = bench().open();
    for (OffloadKey<Integer> key : List.of(LOAD.explicit(7), LOAD.auto())) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> face.submit(key, ConflictPolicy.JOIN, Body.of(() -> 1)))
              .getMessage();
      assertTrue(message.startsWith("conflict must not be JOIN"), message);
    }
    assertEquals(0, face.snapshot().total().submitted());
  }

  @Test
  @DisplayName("vocabulary: a kind set to JOIN keeps explicit and auto keys at REJECT")
  default void kindSetToJoin() {
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(OffloadConfig.builder().conflict(ConflictPolicy.JOIN)));
    Body<Integer> body = bench().held(() -> 1);
    face.submit(LOAD.explicit(7), body);

    assertThrows(KeyInFlightException.class, () -> face.submit(LOAD.explicit(7), body));
  }

  @Test
  @DisplayName("vocabulary: a second kind of the same name is refused")
  default void secondKindOfTheSameName() {
    Face face = bench().open();
    OffloadKind<Object, Integer> namesake = OffloadKind.named("load");
    Outcome.of(face.submit(LOAD.key("same"), Body.of(() -> 1))).assertValue(1);

    for (Runnable submission :
        List.<Runnable>of(
            () -> face.submit(namesake.key("same"), Body.of(() -> 2)),
            () -> face.submit(namesake.auto(), Body.of(() -> 2)),
            () -> face.share(namesake.key("same"), Body.of(() -> 2)))) {
      String message = assertThrows(IllegalArgumentException.class, submission::run).getMessage();
      assertTrue(message.startsWith("kind must be"), message);
      assertTrue(message.contains("'load'"), message);
    }
    assertEquals(1, face.snapshot().total().submitted());
  }

  @Test
  @DisplayName("vocabulary: unshared kinds of one name share counts and a limit, never a run")
  default void unsharedKinds() {
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(LOAD, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(2))));
    OffloadKind<Integer, Integer> first = OffloadKind.unshared(LOAD.name());
    OffloadKind<Integer, Integer> second = OffloadKind.unshared(LOAD.name());
    Body<Integer> one = bench().held(() -> 1);
    Body<Integer> two = bench().held(() -> 2);
    Handle<Integer> ofFirst = face.share(first.key(7), one);
    Handle<Integer> joined = face.share(first.key(7), two);
    Handle<Integer> ofSecond = face.submit(second.key(7), two);
    Handle<Integer> ofNamed = face.submit(LOAD.key(7), Body.of(() -> 3));

    assertTrue(joined.joined());
    assertFalse(ofSecond.joined());
    assertEquals(JobState.QUEUED, ofNamed.jobState()); // behind the two, as their limit is one
    OffloadStats stats = face.snapshot().byKind().get(LOAD.name());
    assertEquals(3, stats.accepted());
    assertEquals(1, stats.joined());

    one.release();
    two.release();
    Outcome.of(ofFirst).assertValue(1);
    Outcome.of(joined).assertValue(1);
    Outcome.of(ofSecond).assertValue(2);
    Outcome.of(ofNamed).assertValue(3);
  }

  @Test
  @DisplayName("privacy: messages show no id, unless ids are switched on")
  default void messagesShowNoId() {
    for (boolean show : List.of(false, true)) {
      Face face = bench().open(FaceSettings.defaults().with(OffloadConfig.builder().showIds(show)));
      OffloadKey.Keyed<Integer> key = LOAD.key("alice");
      Body<Integer> body = bench().held(() -> 1);
      Handle<Integer> handle = face.submit(key, body);
      String refusal =
          assertThrows(
                  KeyInFlightException.class, () -> face.submit(key, ConflictPolicy.REJECT, body))
              .getMessage();
      String snapshot = face.snapshot().toString();
      assertTrue(face.cancel(key));
      String told = Outcome.of(handle).failure().getMessage();

      for (String text : List.of(refusal, snapshot, told)) {
        assertEquals(show, text.contains("alice"), text);
        assertTrue(text.contains("load"), text);
      }
    }
  }
}
