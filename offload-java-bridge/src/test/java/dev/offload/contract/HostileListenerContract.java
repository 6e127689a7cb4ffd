package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.TimeoutPolicy;
import dev.offload.async.ScopeOptions;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.HostileListener;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Refusal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R9: a listener is not ours. */
public interface HostileListenerContract extends HostileContract {

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: whatever a listener throws, everything ends, and its other calls come")
  default void listenerThatThrows(Refusal thrown) {
    HostileListener listener = new HostileListener().onAll(thrown::raise);
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(
                        OffloadConfig.builder()
                            .undyingReportAfter(Duration.ofMillis(1))
                            .kind(
                                LOAD,
                                ONE.withTimeout(TimeoutPolicy.warnAfter(Duration.ofMillis(1))))));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> cancelled = scope.submit(LOAD.key(1), body);
    Handle<Integer> joined = scope.submit(LOAD.key(1), body);
    assertTrue(
        scope.trySubmit(LOAD.key(1), ConflictPolicy.REJECT, body)
            instanceof dev.offload.Submission.Rejected);
    body.awaitStarted();
    listener.told().await("onSlow");
    assertTrue(scope.cancel(LOAD.key(1)));
    Outcome.of(cancelled).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(joined).assertCancelled(CancelReason.CANCELLED);
    listener.told().await("onUndying");
    Handle<Integer> successor = scope.submit(LOAD.key(1), Body.of(() -> 4));
    var unused = Bounded.start(body::release);
    Outcome.of(successor).assertValue(4);
    scope.submit(STORE.key("fails"), Body.of(Ending.EXCEPTION::act));
    Bounded.run("the scope ends", scope::close);

    EndContract.EVERYTHING.forEach(listener.told()::await);
    Bounded.until("every end is told", () -> listener.told().all("onEnded").size() == 3);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  @Test
  @DisplayName(
      "R9: a listener that blocks in onEnded delays no caller, no next job, no scope's end")
  default void listenerThatBlocksInOnEnded() {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener().on("onEnded", block::hold);
    Face face = bench().open(FaceSettings.defaults().with(listener).with(LOAD, ONE));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = scope.submit(LOAD.key(1), body);
    Handle<Integer> joined = scope.submit(LOAD.key(1), body);
    Handle<Integer> queued = scope.submit(LOAD.key(2), Body.of(() -> 2));
    var unused = Bounded.start(body::release);

    Outcome.of(first).assertValue(1);
    Outcome.of(joined).assertValue(1);
    Outcome.of(queued).assertValue(2);
    Bounded.run("the scope ends", scope::close);
    block.awaitArrival();
    assertFree(face, LOAD.key(1));
    assertTrue(!block.isReleased(), "the listener blocks still");
  }

  @Test
  @DisplayName("R9: a listener that blocks in onEnded of a cancelled job delays no canceller")
  default void listenerThatBlocksAfterCancel() {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener().on("onEnded", block::hold);
    Face face = bench().open(FaceSettings.defaults().with(listener).with(LOAD, ONE));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.submit(LOAD.key(1), body);
    body.awaitStarted();
    Handle<Integer> queued = face.submit(LOAD.key(2), Body.of(() -> 2));
    CompletableFuture<Boolean> cancelled = Bounded.supply(() -> face.cancel(LOAD.key(1)));

    Outcome.of(first).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(queued).assertValue(2);
    assertTrue(Bounded.get("cancel answers", cancelled));
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName("R9: a listener that blocks in onEnded of an unstarted job delays no canceller")
  default void listenerThatBlocksAfterCancelOfUnstarted() {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener).with(LOAD, ONE));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> running = face.submit(LOAD.key(1), body);
    body.awaitStarted();
    Handle<Integer> queued = face.submit(LOAD.key(2), Body.of(() -> 2));
    listener.on("onEnded", block::hold);

    assertTrue(Bounded.get("cancel answers", Bounded.supply(() -> face.cancel(LOAD.key(2)))));
    Outcome.of(queued).assertCancelled(CancelReason.CANCELLED);
    var unused = Bounded.start(body::release);
    Outcome.of(running).assertValue(1);
    assertFree(face, LOAD.key(2));
  }

  @Test
  @DisplayName("R9: a listener that blocks in onUnobservedFailure holds up no scope's end")
  default void listenerThatBlocksInOnUnobservedFailure() {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener().on("onUnobservedFailure", block::hold);
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    scope.submit(LOAD.key(1), Body.of(Ending.EXCEPTION::act));

    Bounded.run("the scope ends", scope::close);
    block.awaitArrival();
    assertFree(face, LOAD.key(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onEnded", "onUnobservedFailure"})
  @DisplayName(
      "R9: a listener that blocks while a fail-fast scope fails delays no sibling's cancel and no end")
  default void listenerThatBlocksWhileAScopeFails(String method) {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener().on(method, block::hold);
    Face face = bench().open(FaceSettings.defaults().with(listener));
    Body<Integer> sibling = bench().held(() -> 2);
    Body<Integer> failing = bench().held(Ending.EXCEPTION::act);
    CompletableFuture<Outcome<Integer>> ended =
        face.within(
                "request",
                ScopeOptions.unset().withFailFast(),
                scope -> {
                  scope.submit(LOAD.key(1), sibling);
                  scope.submit(LOAD.key(2), failing);
                  return 5;
                })
            .start();
    sibling.awaitStarted();
    failing.awaitStarted();
    var unused = Bounded.start(failing::release);

    sibling.awaitStopped();
    assertTrue(Outcome.of(ended).failure() != null, "the first failure is thrown");
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName(
      "R9: a listener that blocks in onSlow delays neither the outcome of that body nor other limits")
  default void listenerThatBlocksInOnSlow() {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener().on("onSlow", block::hold);
    Face face = bench().open(FaceSettings.defaults().with(listener));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> slow =
        face.submit(LOAD.key(1), TimeoutPolicy.warnAfter(Duration.ofMillis(1)), body);
    block.awaitArrival();
    Handle<Integer> limited =
        face.submit(
            LOAD.key(2), TimeoutPolicy.cancelAfter(Duration.ofMillis(1)), bench().held(() -> 2));

    Outcome.of(limited).assertFailure(dev.offload.OffloadTimeoutException.class);
    var unused = Bounded.start(body::release);
    Outcome.of(slow).assertValue(1);
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName("R9: a listener that blocks in onUndying delays no successor")
  default void listenerThatBlocksInOnUndying() {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener().on("onUndying", block::hold);
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(OffloadConfig.builder().undyingReportAfter(Duration.ofMillis(1))));
    Body<Integer> body = bench().stubborn(() -> 1);
    face.submit(LOAD.key(1), body);
    body.awaitStarted();
    assertTrue(face.cancel(LOAD.key(1)));
    block.awaitArrival();
    Handle<Integer> successor = face.submit(LOAD.key(1), Body.of(() -> 2));
    var unused = Bounded.start(body::release);

    Outcome.of(successor).assertValue(2);
    assertBalanced(face);
  }

  @ParameterizedTest
  @ValueSource(strings = {"onAccepted", "onJoined", "onRejected", "onStarted"})
  @DisplayName("R9: a listener that blocks at a submission delays no other submission, key or end")
  default void listenerThatBlocksAtASubmission(String method) {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.submit(LOAD.key(1), body);
    body.awaitStarted();
    listener.on(
        method,
        () -> {
          listener.off();
          block.hold();
        });
    ConflictPolicy conflict =
        method.equals("onRejected") ? ConflictPolicy.REJECT : ConflictPolicy.JOIN;
    int id = method.equals("onJoined") || method.equals("onRejected") ? 1 : 2;
    var held = Bounded.supply(() -> face.trySubmit(LOAD.key(id), conflict, Body.of(() -> 3)));
    block.awaitArrival();

    assertFree(face, STORE.key("other"));
    var unused = Bounded.start(body::release);
    Outcome.of(first).assertValue(1);
    assertFree(face, LOAD.key(1));
    block.release();
    var taken = Bounded.get("the submission is answered", held);
    if (taken instanceof dev.offload.Submission.Started<Handle<Integer>> started) {
      Outcome.of(started.handle()).assertValue(3);
    }
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: a listener may submit, join, cancel and look in every call")
  default void listenerThatComesBack() {
    HostileListener listener = new HostileListener();
    Face face =
        bench()
            .open(
                FaceSettings.defaults()
                    .with(listener)
                    .with(LOAD, ONE.withTimeout(TimeoutPolicy.warnAfter(Duration.ofMillis(1)))));
    java.util.concurrent.atomic.AtomicInteger left =
        new java.util.concurrent.atomic.AtomicInteger(40);
    listener.onAll(
        () -> {
          if (left.getAndDecrement() > 0) {
            face.submit(STORE.key("again"), Body.of(() -> 7));
            face.share(LOAD.key("shared"), Body.of(() -> 8));
            face.trySubmit(STORE.key("again"), ConflictPolicy.REJECT, Body.of(() -> 9));
            face.cancel(LOAD.key("cancelled"));
            face.isInFlight(LOAD.key("shared"));
          }
        });
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.submit(STORE.key(1), body);
    Handle<Integer> cancelled = face.submit(LOAD.key("cancelled"), bench().held(() -> 2));
    var unused = Bounded.start(body::release);
    Outcome.of(handle).assertValue(1);
    face.cancel(LOAD.key("cancelled"));
    Outcome.of(cancelled).assertCancelled(CancelReason.CANCELLED);
    Bounded.until("it has come back often", () -> left.get() <= 0);
    listener.off();

    Bounded.run("all have ended", () -> Outcome.of(face.joinAll().start()).failure());
    assertFree(face, STORE.key("again"));
    assertFree(face, LOAD.key("shared"));
    assertBalanced(face);
    assertEquals(0, face.activeCount());
  }

  @ParameterizedTest
  @ValueSource(strings = {"onStarted", "onEnded", "onUnobservedFailure"})
  @DisplayName("R9: a listener may cancel the scope in a call about one of its jobs")
  default void listenerThatCancelsTheScope(String method) {
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    listener.on(method, scope::cancel);
    scope.submit(LOAD.key(1), Body.of(Ending.EXCEPTION::act));
    Bounded.run("the scope ends", scope::close);
    listener.told().await("onEnded");

    listener.off();
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  @Test
  @DisplayName("R9: a listener may close the scope, and wait for it, when its last job has ended")
  default void listenerThatClosesTheScope() {
    HostileListener listener = new HostileListener();
    Face face = bench().open(FaceSettings.defaults().with(listener));
    FaceScope scope = bench().scope(face, "request");
    CompletableFuture<Void> closed = new CompletableFuture<>();
    listener.on(
        "onEnded",
        () -> {
          scope.close();
          closed.complete(null);
        });
    Handle<Integer> handle = scope.submit(LOAD.key(1), Body.of(() -> 1));

    Outcome.of(handle).assertValue(1);
    Bounded.get("the listener's close returns", closed);
    Bounded.run("the scope ends", scope::close);
    listener.off();
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName("R9: a listener that blocks in onEnded holds up no shutdown")
  default void listenerThatBlocksAtShutdown() {
    Block block = neighbours().block();
    HostileListener listener = new HostileListener().on("onEnded", block::hold);
    Face face = bench().open(FaceSettings.defaults().with(listener).with(LOAD, KindPolicy.unset()));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.submit(LOAD.key(1), body);
    body.awaitStarted();
    var report =
        Bounded.get(
            "shutdown returns", Bounded.supply(() -> face.shutdown(Duration.ZERO, Bounded.BOUND)));

    assertTrue(report.isClean(), "nothing is left");
    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
  }
}
