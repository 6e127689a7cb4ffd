package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConflictPolicy;
import dev.offload.KindPolicy;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.OffloadTimeoutException;
import dev.offload.RejectReason;
import dev.offload.ScopeClosedException;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R4: the accounts balance. */
public interface AccountContract extends Contract {

  @Test
  @DisplayName("R4: the counters are what the test itself counted, per kind and in total")
  default void mixedProgram() {
    TimeoutPolicy limit = TimeoutPolicy.cancelAfter(Duration.ofMillis(20));
    FaceSettings settings =
        FaceSettings.defaults().with(STORE, KindPolicy.unset().withTimeout(limit));
    Face face = bench().open(settings);

    succeedAndFail(face);
    joinAndReject(face);
    cancel(face);
    timeOut(face);
    OffloadKey.Keyed<Integer> key = LOAD.key("active");
    Handle<Integer> last = face.submit(key, bench().held(() -> 0));
    OffloadStats load = new OffloadStats(2, 1, 4, 2, 3, 1);
    OffloadStats store = new OffloadStats(0, 0, 0, 0, 1, 0);

    assertEquals(Map.of("load", load, "store", store), face.snapshot().byKind());
    assertEquals(load.plus(store), face.snapshot().total());
    assertEquals(1, face.activeCount());
    assertEquals(1, face.snapshot().jobs().size());

    assertTrue(face.cancel(key));
    Outcome.of(last).failure();
    Bounded.run("close", face::close);
    assertThrows(ScopeClosedException.class, () -> face.submit(key, Body.of(() -> 0)));
    assertEquals(new OffloadStats(2, 2, 4, 2, 4, 0), face.snapshot().byKind().get("load"));
    assertEquals(15, face.snapshot().total().submitted());
  }

  /** Three values and two failures. */
  private void succeedAndFail(Face face) {
    for (int i = 0; i < 3; i++) {
      Outcome.of(face.submit(LOAD.key(i), Body.of(() -> 1))).assertValue(1);
    }
    Outcome.of(face.submit(LOAD.auto(), Body.of(Ending.EXCEPTION::act)))
        .assertFailure(java.io.IOException.class);
    Outcome.of(face.submit(LOAD.explicit(1), Body.of(Ending.ERROR::act)))
        .assertFailure(StackOverflowError.class);
  }

  /** One value, two who share it, and one who is refused. */
  private void joinAndReject(Face face) {
    OffloadKey.Keyed<Integer> key = LOAD.key("shared");
    Body<Integer> body = bench().held(() -> 1);
    List<Handle<Integer>> all =
        List.of(face.submit(key, body), face.submit(key, body), face.share(key, body));
    assertInstanceOf(Submission.Rejected.class, face.trySubmit(key, ConflictPolicy.REJECT, body));
    body.release();
    all.forEach(handle -> Outcome.of(handle).assertValue(1));
  }

  /** One cancelled by key, one given up, one replaced by the one cancelled. */
  private void cancel(Face face) {
    OffloadKey.Keyed<Integer> key = LOAD.key("cancelled");
    Body<Integer> replaced = bench().held(() -> 1);
    Handle<Integer> first = face.submit(key, replaced);
    replaced.awaitStarted();
    Body<Integer> cancelled = bench().held(() -> 2);
    Handle<Integer> second = face.submit(key, ConflictPolicy.REPLACE, cancelled);
    cancelled.awaitStarted();
    assertTrue(face.cancel(key));
    Outcome.of(first).failure();
    Outcome.of(second).failure();
    Body<Integer> left = bench().held(() -> 3);
    Handle<Integer> third = face.share(LOAD.key("left"), left);
    left.awaitStarted();
    assertTrue(third.cancel());
    Bounded.until("all have ended", () -> face.activeCount() == 0);
  }

  /** One that runs longer than its limit. */
  private void timeOut(Face face) {
    Outcome.of(face.submit(STORE.key("slow"), bench().held(() -> 1)))
        .assertFailure(OffloadTimeoutException.class);
    Bounded.until("it has ended", () -> face.activeCount() == 0);
  }

  @Test
  @DisplayName("R4: the accounts balance after any race of submit, cancel, replace and leave")
  default void racingProgram() {
    Face face = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    int rounds = 300;
    List<Callable<Submission<Handle<Integer>>>> actions =
        List.of(
            () -> face.trySubmit(key, ConflictPolicy.JOIN, Body.of(() -> 1)),
            () -> face.trySubmit(key, ConflictPolicy.REJECT, Body.of(() -> 2)),
            () -> {
              var taken = face.trySubmit(key, ConflictPolicy.REPLACE, Body.of(() -> 3));
              taken.handleOrNull().cancel();
              return taken;
            });
    long joined = 0;
    long rejected = 0;
    try (Race race = new Race(actions.size())) {
      for (int i = 0; i < rounds; i++) {
        for (Submission<Handle<Integer>> taken : race.each(actions)) {
          if (taken instanceof Submission.Joined) {
            joined++;
          } else if (taken.equals(new Submission.Rejected<>(RejectReason.KEY_IN_FLIGHT))) {
            rejected++;
          }
        }
      }
    }
    Bounded.run("close", face::close);
    OffloadStats total = face.snapshot().total();
    assertEquals(rounds * (long) actions.size(), total.submitted());
    assertEquals(joined, total.joined());
    assertEquals(rejected, total.rejected());
    assertEquals(total.accepted(), total.succeeded() + total.failed() + total.cancelled());
    assertEquals(0, total.failed());
  }
}
