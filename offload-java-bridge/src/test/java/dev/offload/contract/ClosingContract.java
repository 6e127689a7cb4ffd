package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.OffloadKey;
import dev.offload.OffloadStats;
import dev.offload.RejectReason;
import dev.offload.ScopeClosedException;
import dev.offload.Submission;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Bench;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.HookedId;
import dev.offload.contract.fixture.ManualExecutor;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.SlowId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R8: the end of a manager and submissions to it are ordered. */
public interface ClosingContract extends Contract {

  @Test
  @DisplayName("R8: a submission racing the waiting end is refused, or runs to its own end")
  default void submissionsRaceTheWaitingEnd() {
    raceTheEnd(Face::close, () -> Body.of(() -> 1), outcome -> outcome.assertValue(1));
  }

  @Test
  @DisplayName(
      "R8: a submission racing the cancelling end is refused or cancelled: none slips through")
  default void submissionsRaceTheCancellingEnd() {
    raceTheEnd(
        Face::closeCancelling,
        () -> bench().held(() -> 1),
        outcome -> outcome.assertCancelled(CancelReason.SCOPE_CLOSED));
  }

  private void raceTheEnd(
      Consumer<Face> end, Supplier<Body<Integer>> bodies, Consumer<Outcome<Integer>> check) {
    ExecutorService pool = bench().pool(4);
    OffloadKey.Keyed<Integer> key = LOAD.key(new SlowId("same"));
    try (Race race = new Race(4)) {
      for (int i = 0; i < 300; i++) {
        Face face = bench().open(FaceSettings.defaults().with(pool));
        Body<Integer> body = bodies.get();
        Handle<Integer> before = face.submit(LOAD.key(new SlowId("neighbour")), body);
        Callable<Submission<Handle<Integer>>> own =
            () -> face.trySubmit(LOAD.auto(), ConflictPolicy.REJECT, body);
        Callable<Submission<Handle<Integer>>> shared =
            () -> face.trySubmit(key, ConflictPolicy.JOIN, body);
        Callable<Submission<Handle<Integer>>> ending =
            () -> {
              end.accept(face);
              Bench.assertAtRest(face);
              return new Submission.Started<>(before);
            };
        race.each(List.of(own, shared, ending, shared)).forEach(taken -> checkTaken(taken, check));
        OffloadStats total = face.snapshot().total();
        assertEquals(4, total.submitted());
        assertEquals(0, total.failed());
      }
    }
  }

  @Test
  @DisplayName(
      "R8: a submission that the cancelling end overtakes midway is cancelled with the rest")
  default void overtakenByTheCancellingEnd() {
    Face face = bench().open();
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> neighbour = face.submit(LOAD.key(new HookedId(() -> {})), body);
    body.awaitStarted();
    List<CompletableFuture<Void>> ending = new ArrayList<>();
    HookedId midway =
        new HookedId(
            () -> {
              ending.add(Bounded.start(face::closeCancelling));
              Outcome.of(neighbour).assertCancelled(CancelReason.SCOPE_CLOSED);
            });
    Submission<Handle<Integer>> taken =
        face.trySubmit(LOAD.key(midway), ConflictPolicy.ALLOW, bench().held(() -> 2));

    checkTaken(taken, outcome -> outcome.assertCancelled(CancelReason.SCOPE_CLOSED));
    body.release();
    Bounded.get("the end", ending.get(0));
  }

  private static void checkTaken(
      Submission<Handle<Integer>> taken, Consumer<Outcome<Integer>> check) {
    Handle<Integer> handle = taken.handleOrNull();
    if (handle == null) {
      assertEquals(new Submission.Rejected<Handle<Integer>>(RejectReason.SCOPE_CLOSED), taken);
    } else {
      check.accept(Outcome.of(handle));
    }
  }

  @Test
  @DisplayName("R8: a manager that has ended refuses every submission, and says its name")
  default void refusal() {
    Face face = bench().open();
    Bounded.run("close", face::close);

    for (Runnable submission :
        List.<Runnable>of(
            () -> face.submit(LOAD.key("same"), Body.of(() -> 1)),
            () -> face.submit(LOAD.auto(), Body.of(() -> 1)),
            () -> face.share(LOAD.key("same"), Body.of(() -> 1)))) {
      ScopeClosedException refusal = assertThrows(ScopeClosedException.class, submission::run);
      assertTrue(refusal.getMessage().contains("'manager'"), refusal.getMessage());
      assertEquals(RejectReason.SCOPE_CLOSED, refusal.reason());
    }
    assertEquals(new OffloadStats(0, 3, 0, 0, 0, 0), face.snapshot().total());
  }

  @Test
  @DisplayName("R8: the cancelling end reaches running bodies, successors and what was not started")
  default void cancellingEnd() {
    ManualExecutor executor = bench().manualExecutor();
    Face idle = bench().open(FaceSettings.defaults().with(executor));
    Handle<Integer> unstarted = idle.submit(LOAD.key("same"), Body.of(() -> 1));
    Bounded.run("the end", idle::closeCancelling);
    Outcome.of(unstarted).assertCancelled(CancelReason.SCOPE_CLOSED);

    Face busy = bench().open();
    OffloadKey.Keyed<Integer> key = LOAD.key("same");
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> dying = bench().stubborn(() -> 2);
    Body<Integer> never = Body.of(() -> 3);
    Handle<Integer> running = busy.submit(LOAD.key("other"), body);
    busy.submit(key, dying);
    body.awaitStarted();
    dying.awaitStarted();
    Handle<Integer> successor = busy.submit(key, ConflictPolicy.REPLACE, never);
    var ending = Bounded.start(busy::closeCancelling);
    Outcome.of(running).assertCancelled(CancelReason.SCOPE_CLOSED);
    Outcome.of(successor).assertCancelled(CancelReason.SCOPE_CLOSED);
    body.awaitStopped();
    dying.release();
    Bounded.get("the end", ending);
    assertTrue(dying.hasEnded());
    assertEquals(0, never.runs());
  }
}
