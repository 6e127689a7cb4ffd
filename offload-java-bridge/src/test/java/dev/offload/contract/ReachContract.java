package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.JobSnapshot;
import dev.offload.JobState;
import dev.offload.OffloadKey;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.RecordingListener;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R5, R6: reaching jobs by number, by key and by kind. */
public interface ReachContract extends Contract {
  OffloadKey.Keyed<Integer> SAME = LOAD.key("same");

  private Body<Integer> running(FaceScope scope, OffloadKey<Integer> key) {
    Body<Integer> body = bench().held(() -> 1);
    scope.submit(key, body);
    return body.awaitStarted();
  }

  @Test
  @DisplayName("R5: each job has a number of its own, the same for all who hold it or look at it")
  default void numbers() {
    RecordingListener listener = new RecordingListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    Set<Long> seen = new HashSet<>();
    for (FaceScope place : List.of(face, scope)) {
      Body<Integer> body = bench().held(() -> 1);
      Handle<Integer> handle = place.submit(SAME, body);
      body.awaitStarted();
      assertEquals(handle.jobNumber(), place.submit(SAME, body).jobNumber());
      assertEquals(handle.jobNumber(), place.find(SAME).orElseThrow().number());
      assertEquals(
          List.of(handle.jobNumber()),
          place.snapshot().jobs().stream().map(JobSnapshot::number).toList());
      assertTrue(seen.add(handle.jobNumber()));
      body.release();
      Outcome.of(handle).assertValue(1);
      assertTrue(seen.contains(handle.jobNumber()), "it keeps its number");
    }
    RecordingListener.Event end = listener.await("onEnded");
    assertTrue(seen.contains(end.job().number()));
  }

  @Test
  @DisplayName("R5: the manager cancels a job by its number, whatever scope owns it, and only that")
  default void byNumber() {
    Face face = bench().open();
    FaceScope inner = bench().scope(bench().scope(face, "outer"), "inner");
    Body<Integer> other = running(face, SAME);
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = inner.submit(SAME, body);
    body.awaitStarted();
    long number = face.snapshot().children().get(0).children().get(0).jobs().get(0).number();
    assertNotEquals(number, face.find(SAME).orElseThrow().number());

    assertTrue(face.cancelJob(number));
    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
    body.awaitStopped();
    assertEquals(JobState.RUNNING, face.find(SAME).orElseThrow().state());
    other.release();
  }

  @Test
  @DisplayName("R5: a number of a job that has ended, or that nobody has, cancels nothing")
  default void lateNumber() {
    Face face = bench().open();
    Handle<Integer> handle = face.submit(SAME, Body.of(() -> 1));
    long number = handle.jobNumber();
    Outcome.of(handle).assertValue(1);
    assertFalse(face.cancelJob(number));
    for (long bad : new long[] {0, -1, number + 1, Long.MAX_VALUE}) {
      assertFalse(face.cancelJob(bad));
    }
    Body<Integer> body = bench().stubborn(() -> 2);
    Handle<Integer> dying = face.submit(SAME, body);
    body.awaitStarted();
    assertTrue(face.cancelJob(dying.jobNumber()));
    assertFalse(face.cancelJob(dying.jobNumber()), "it is being cancelled already");
    body.release();
  }

  @Test
  @DisplayName("R5, R6: cancelAndJoin waits for the body; then its key is free")
  default void cancelAndJoin() {
    Face face = bench().open();
    Body<Integer> body = bench().stubborn(() -> 1);
    face.submit(SAME, body);
    body.awaitStarted();
    Body<Integer> other = running(face, LOAD.key("other"));
    var joined = Bounded.supply(face.cancelAndJoin(SAME)::block);
    body.awaitStopped();
    assertFalse(joined.isDone(), "it waits for the body");
    body.release();
    Bounded.get("the end of the body", joined);
    assertFalse(face.isInFlight(SAME));
    assertFalse(other.hasEnded());
    other.release();
    Bounded.get("nothing to do", Bounded.supply(face.cancelAndJoin(SAME)::block));
  }

  @Test
  @DisplayName("R6: joinAll of some keys waits for those, and for no others")
  default void joinSome() {
    Face face = bench().open();
    Body<Integer> first = running(face, LOAD.key(1));
    Body<Integer> second = running(face, LOAD.key(2));
    Body<Integer> other = running(face, LOAD.key(3));
    var joined =
        Bounded.supply(
            face.joinAll(List.of(LOAD.key(1), LOAD.key(2), LOAD.key("not in flight")))::block);
    first.release();
    first.awaitEnded();
    assertFalse(joined.isDone(), "there is a second one");
    second.release();
    Bounded.get("both bodies", joined);
    assertFalse(other.hasEnded());
    other.release();
    Bounded.get("no key", Bounded.supply(face.joinAll(List.of())::block));
  }

  @Test
  @DisplayName("R5: a cancel of a kind reaches its jobs here and below, and no others")
  default void byKind() {
    Face face = bench().open();
    FaceScope outer = bench().scope(face, "outer");
    FaceScope inner = bench().scope(outer, "inner");
    Body<Integer> above = running(face, SAME);
    List<Body<Integer>> reached =
        List.of(running(outer, SAME), running(inner, SAME), running(inner, LOAD.auto()));
    Body<Integer> other = running(inner, STORE.key("same"));

    assertEquals(3, outer.cancel(LOAD));
    reached.forEach(Body::awaitStopped);
    assertEquals(0, outer.cancel(LOAD), "they are being cancelled, or have ended");
    assertFalse(above.hasEnded());
    assertFalse(other.hasEnded());
    above.release();
    other.release();
  }
}
