package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.KindPolicy;
import dev.offload.OffloadKey;
import dev.offload.OffloadRejectedException;
import dev.offload.RejectReason;
import dev.offload.ScopeClosedException;
import dev.offload.Submission;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A share that is not thrown back: one that tells its refusal, and one that waits for room. */
public interface TryShareContract extends Contract {
  OffloadKey.Keyed<Integer> SHARED = LOAD.key("shared");

  /** A manager that runs one job of a kind, and queues none. */
  private Face narrow() {
    return bench()
        .open(
            FaceSettings.defaults()
                .with(
                    LOAD,
                    KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1).withMaxQueued(0))));
  }

  private static void assertRejected(RejectReason reason, Submission<Handle<Integer>> taken) {
    assertEquals(new Submission.Rejected<Handle<Integer>>(reason), taken);
  }

  @Test
  @DisplayName("R7: tryShare says whether it started the flight, joined it or was refused")
  default void tellsHow() {
    Face face = narrow();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> never = Body.of(() -> 2);
    var started =
        assertInstanceOf(
            Submission.Started.class, scope.tryShare(SHARED, ConflictPolicy.JOIN, body));
    var joined =
        assertInstanceOf(
            Submission.Joined.class, face.tryShare(SHARED, ConflictPolicy.JOIN, never));
    assertFalse(started.handle().joined());
    assertTrue(joined.handle().joined());
    body.awaitStarted();
    assertRejected(
        RejectReason.QUEUE_FULL, scope.tryShare(LOAD.key(2), ConflictPolicy.JOIN, never));
    assertRejected(RejectReason.QUEUE_FULL, scope.tryShare(SHARED, ConflictPolicy.NEXT, never));
    assertThrows(
        IllegalArgumentException.class,
        () -> scope.tryShare(SHARED, ConflictPolicy.REPLACE, never));
    body.release();

    @SuppressWarnings("unchecked")
    Handle<Integer> handle = (Handle<Integer>) started.handle();
    Outcome.of(handle).assertValue(1);
    assertEquals(0, never.runs());
    assertEquals(4, face.snapshot().total().submitted());
    assertEquals(2, face.snapshot().total().rejected());
  }

  @Test
  @DisplayName("R8: tryShare answers that its scope, or the manager, has ended")
  default void scopeClosed() {
    Face face = bench().open();
    FaceScope ended = bench().scope(face, "ended");
    FaceScope open = bench().scope(face, "open");
    Bounded.run("the scope ends", ended::close);
    Body<Integer> never = Body.of(() -> 1);
    assertRejected(RejectReason.SCOPE_CLOSED, ended.tryShare(SHARED, ConflictPolicy.JOIN, never));
    open.complete();
    Bounded.run("the manager ends", face::close);
    assertRejected(RejectReason.SCOPE_CLOSED, face.tryShare(SHARED, ConflictPolicy.JOIN, never));
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("L1: the lease of tryShare and of shareWhenRoom ends with the scope that took it")
  default void leaseOfScope() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> other = bench().held(() -> 2);
    Handle<Integer> kept = face.share(SHARED, body);
    assertInstanceOf(
        Submission.Joined.class, scope.tryShare(SHARED, ConflictPolicy.JOIN, Body.of(() -> 3)));
    assertFalse(Outcome.of(scope.shareWhenRoom(STORE.key(1), other).start()).value().joined());
    assertEquals(2, face.find(SHARED).orElseThrow().leases());
    other.awaitStarted();
    Bounded.run("the scope ends", scope::close);

    assertEquals(1, face.find(SHARED).orElseThrow().leases());
    other.awaitStopped(); // it had no other holder
    body.release();
    Outcome.of(kept).assertValue(1);
  }

  @Test
  @DisplayName("T3: shareWhenRoom waits while the manager's queue is full, and counts no rejection")
  default void shareWhenRoom() {
    Face face = narrow();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> first = bench().held(() -> 1);
    Body<Integer> second = bench().held(() -> 2);
    Handle<Integer> running = face.share(SHARED, first);
    first.awaitStarted();
    var waiting = scope.shareWhenRoom(LOAD.key(2), second).start();
    assertFalse(waiting.isDone());
    Handle<Integer> joined =
        Outcome.of(scope.shareWhenRoom(SHARED, Body.of(() -> -1)).start()).value();
    assertTrue(joined.joined(), "who joins needs no room");
    first.release();
    Outcome.of(running).assertValue(1);
    Outcome.of(joined).assertValue(1);
    second.awaitStarted();
    Handle<Integer> placed = Outcome.of(waiting).value();
    assertFalse(placed.joined());
    second.release();

    Outcome.of(placed).assertValue(2);
    assertEquals(0, face.snapshot().total().rejected());
    assertEquals(2, face.snapshot().total().accepted());
    assertEquals(1, face.snapshot().total().joined());
  }

  @Test
  @DisplayName("T3: who gives up waiting to share has submitted nothing, and is in nobody's way")
  default void givesUpWaitingToShare() {
    Face face = narrow();
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> never = Body.of(() -> 2);
    face.submit(LOAD.key(1), body);
    List<CompletableFuture<?>> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waiting.add(face.shareWhenRoom(LOAD.key("given up"), never).start());
    }
    var last = face.shareWhenRoom(SHARED, Body.of(() -> 3)).start();
    waiting.forEach(wait -> assertTrue(wait.cancel(true)));
    body.release();

    Outcome.of(Outcome.of(last).value()).assertValue(3);
    assertEquals(0, never.runs());
    assertEquals(2, face.snapshot().total().submitted());
  }

  @Test
  @DisplayName("T3: a body that holds the permit does not wait to share: it would wait for itself")
  default void waitsToShareInBody() {
    Face face = narrow();
    Body<Integer> body =
        bench()
            .waiting(
                () -> face.shareWhenRoom(LOAD.key(2), Body.of(() -> 2)),
                told -> {
                  var full = told.assertFailure(OffloadRejectedException.class);
                  assertEquals(RejectReason.QUEUE_FULL, full.reason());
                  return 1;
                })
            .release();

    Outcome.of(face.submit(LOAD.key(1), body)).assertValue(1);
  }

  @Test
  @DisplayName("R8: who waits to share through a scope that ends meanwhile is refused")
  default void scopeEndsMeanwhile() {
    Face face = narrow();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    face.submit(LOAD.key(1), body);
    var waiting = scope.shareWhenRoom(SHARED, Body.of(() -> 2)).start();
    Bounded.run("the scope ends", scope::close);
    body.release();

    Outcome.of(waiting).assertFailure(ScopeClosedException.class);
  }
}
