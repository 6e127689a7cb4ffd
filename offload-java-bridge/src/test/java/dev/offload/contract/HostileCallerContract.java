package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.OffloadTimeoutException;
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
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R9: what callers do with their answer is theirs alone. */
public interface HostileCallerContract extends HostileContract {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("R9: what a caller does with its answer may close the scope of the job")
  default void stageMayCloseTheScope(boolean endsAlready) {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = scope.submit(LOAD.key(1), body);
    CompletableFuture<Void> closed = handle.outcome().thenAccept(told -> scope.close());
    if (endsAlready) {
      scope.complete();
    }
    var unused = Bounded.start(body::release);

    Bounded.get("close returns", closed);
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName("R9: it may do so in a fail-fast scope, about the failure")
  default void stageMayCloseTheFailingScope() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request", ScopeOptions.unset().withFailFast());
    Body<Integer> sibling = bench().held(() -> 2);
    Handle<Integer> second = scope.submit(LOAD.key(2), sibling);
    Body<Integer> body = bench().held(Ending.EXCEPTION::act);
    Handle<Integer> handle = scope.submit(LOAD.key(1), body);
    CompletableFuture<Integer> closed =
        handle.outcome().handle((told, never) -> closeQuietly(scope));
    sibling.awaitStarted();
    body.awaitStarted();
    var unused = Bounded.start(body::release);

    assertEquals(1, Bounded.get("close returns", closed));
    Outcome.of(second).assertCancelled(CancelReason.SCOPE_CLOSED);
    assertFree(face, LOAD.key(1));
  }

  private static int closeQuietly(FaceScope scope) {
    try {
      scope.close();
    } catch (RuntimeException e) { // the first failure of a scope that fails fast
      return 1;
    }
    return 1;
  }

  @Test
  @DisplayName("R9: it may do so when the job was cancelled")
  default void stageMayCloseTheScopeOfACancelledJob() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = scope.submit(LOAD.key(1), body);
    CompletableFuture<Void> closed = handle.outcome().thenAccept(told -> scope.close());
    body.awaitStarted();
    assertTrue(Bounded.get("cancel answers", Bounded.supply(() -> scope.cancel(LOAD.key(1)))));

    Bounded.get("close returns", closed);
    assertFree(face, LOAD.key(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("R9: a caller that blocks with its answer holds up no scope's end and no shutdown")
  default void stageThatBlocksHoldsUpNoEnd(boolean endsAlready) {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = scope.submit(LOAD.key(1), body);
    Block block = blockingStage(handle);
    if (endsAlready) {
      scope.complete();
    }
    var unused = Bounded.start(body::release);
    block.awaitArrival();

    Bounded.run("the scope ends", scope::close);
    var report =
        Bounded.get(
            "shutdown returns",
            Bounded.supply(() -> face.shutdown(Bounded.BOUND, Duration.ofSeconds(1))));
    assertTrue(report.isClean());
    assertFalse(block.isReleased());
  }

  @Test
  @DisplayName("R9: a caller that blocks with a failure delays no fail-fast close")
  default void stageThatBlocksDelaysNoFailFast() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request", ScopeOptions.unset().withFailFast());
    Body<Integer> sibling = bench().held(() -> 2);
    scope.submit(LOAD.key(2), sibling);
    Body<Integer> body = bench().held(Ending.EXCEPTION::act);
    Handle<Integer> handle = scope.submit(LOAD.key(1), body);
    Block block = blockingStage(handle);
    sibling.awaitStarted();
    body.awaitStarted();
    var unused = Bounded.start(body::release);
    block.awaitArrival();

    sibling.awaitStopped();
    assertEquals(1, Bounded.get("close returns", Bounded.supply(() -> closeQuietly(scope))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @DisplayName("R9: a caller that blocks with its answer delays no other caller of the job")
  default void stageThatBlocksDelaysNoCaller(int position) {
    Face face = bench().open(FaceSettings.defaults().with(bench().pool(1)));
    Body<Integer> body = bench().held(() -> 1);
    List<Handle<Integer>> handles = new ArrayList<>();
    List<CompletableFuture<Outcome<Integer>>> asked = new ArrayList<>();
    Block block = neighbours().block();
    for (int i = 0; i < 3; i++) {
      Handle<Integer> handle = face.share(LOAD.key(1), body);
      handles.add(handle);
      if (i == position) {
        var unused = handle.outcome().thenAccept(told -> block.hold());
      }
      asked.add(handle.outcome());
    }
    body.awaitStarted();
    var unused = Bounded.start(body::release);
    block.awaitArrival();

    for (int i = 0; i < 3; i++) {
      if (i != position) {
        Outcome.of(asked.get(i)).assertValue(1);
      }
      Outcome.of(handles.get(i).asWait().start()).assertValue(1);
    }
    assertFree(face, LOAD.key(1));
    assertFalse(block.isReleased());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @DisplayName(
      "R9: a caller that blocks with its answer delays no next job, also where few threads run bodies")
  default void stageThatBlocksDelaysNoNextJob(int threads) {
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(bench().pool(threads)));
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> handle = face.submit(LOAD.key(1), body);
    body.awaitStarted();
    Handle<Integer> queued = face.submit(LOAD.key(2), Body.of(() -> 2));
    Block block = blockingStage(handle);
    var unused = Bounded.start(body::release);
    block.awaitArrival();

    Outcome.of(queued).assertValue(2);
    assertFree(face, LOAD.key(1));
    assertFree(face, STORE.key(1));
  }

  @Test
  @DisplayName("R9: a caller that blocks with its answer does not keep a successor out")
  default void stageThatBlocksDelaysNoSuccessor() {
    Face face = bench().open(FaceSettings.defaults().with(bench().pool(1)));
    Body<Integer> body = bench().stubborn(() -> 1);
    Handle<Integer> handle = face.submit(LOAD.key(1), body);
    body.awaitStarted();
    Block block = blockingStage(handle);
    Handle<Integer> other = face.submit(LOAD.key(1), body);
    assertTrue(Bounded.get("cancel answers", Bounded.supply(() -> face.cancel(LOAD.key(1)))));
    block.awaitArrival();
    Outcome.of(other).assertCancelled(CancelReason.CANCELLED);
    Handle<Integer> successor =
        Bounded.get(
            "the successor is taken",
            Bounded.supply(() -> face.submit(LOAD.key(1), Body.of(() -> 2))));
    var unused = Bounded.start(body::release);

    Outcome.of(successor).assertValue(2);
  }

  @Test
  @DisplayName(
      "R9: callers that block delay no other caller of a job that timed out, and no canceller of a scope")
  default void stagesThatBlockAtALimit() {
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> before = bench().held(() -> 0);
    face.submit(LOAD.key("before"), before);
    before.awaitStarted();
    Body<Integer> limited = bench().held(() -> 1);
    Handle<Integer> first =
        scope.submit(LOAD.key(1), TimeoutPolicy.cancelAfter(Duration.ofMillis(20)), limited);
    Block block = blockingStage(first);
    Handle<Integer> second = scope.submit(LOAD.key(1), limited);
    Handle<Integer> other = scope.submit(STORE.key(2), bench().held(() -> 2));
    Block otherBlock = blockingStage(other);
    var unused = Bounded.start(before::release);
    block.awaitArrival();
    Outcome.of(second).assertFailure(OffloadTimeoutException.class);
    Handle<Integer> third = scope.submit(STORE.key(3), bench().held(() -> 3));

    Bounded.run("cancel returns", scope::cancel);
    otherBlock.awaitArrival();
    Outcome.of(third).assertCancelled(CancelReason.SCOPE_CLOSED);
    Bounded.run("the scope ends", scope::close);
    assertFree(face, LOAD.key(1));
  }

  @Test
  @DisplayName(
      "R9: a caller that blocks delays no other caller of a shared job that was cancelled by key")
  default void stageThatBlocksAtACancel() {
    Face face = bench().open();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = face.share(LOAD.key(1), body);
    Handle<Integer> second = face.share(LOAD.key(1), body);
    Block block = blockingStage(second);
    body.awaitStarted();
    assertTrue(face.cancel(LOAD.key(1)));
    block.awaitArrival();

    Outcome.of(first).assertCancelled(CancelReason.CANCELLED);
    assertFree(face, LOAD.key(1));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a caller that throws with its answer takes it from nobody")
  default void stageThatThrows(Refusal thrown) {
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    List<CompletableFuture<Outcome<Integer>>> asked = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Handle<Integer> handle = scope.submit(LOAD.key(1), body);
      asked.add(handle.outcome());
      var unused = handle.outcome().thenAccept(told -> thrown.raise());
    }
    Handle<Integer> queued = scope.submit(LOAD.key(2), Body.of(() -> 2));
    var unused = Bounded.start(body::release);

    asked.forEach(told -> Outcome.of(told).assertValue(1));
    Outcome.of(queued).assertValue(2);
    Bounded.run("the scope ends", scope::close);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  @Test
  @DisplayName(
      "E4: siblings in a fail-fast scope are cancelled when a job has timed out, not when it is dead")
  default void siblingsOfADyingJob() {
    Face face = bench().open();
    Body<Integer> sibling = bench().held(() -> 2);
    Body<Integer> dying = bench().stubborn(() -> 1);
    CompletableFuture<Outcome<Integer>> ended =
        face.within(
                "request",
                ScopeOptions.unset().withFailFast(),
                scope -> {
                  scope.submit(LOAD.key(2), sibling);
                  sibling.awaitStarted();
                  scope.submit(
                      LOAD.key(1), TimeoutPolicy.cancelAfter(Duration.ofMillis(10)), dying);
                  return 5;
                })
            .start();
    dying.awaitStopped();

    sibling.awaitStopped();
    assertFalse(dying.hasEnded());
    dying.release();
    Outcome.of(ended).assertFailure(OffloadTimeoutException.class);
  }

  @Test
  @DisplayName(
      "E4: a fail-fast scope takes no more work when a job has timed out, also if it is not dead")
  default void failFastClosesWhenDecided() {
    Face face = bench().open();
    FaceScope scope = bench().scope(face, "request", ScopeOptions.unset().withFailFast());
    Body<Integer> dying = bench().stubborn(() -> 1);
    Handle<Integer> handle =
        scope.submit(LOAD.key(1), TimeoutPolicy.cancelAfter(Duration.ofMillis(10)), dying);
    Outcome.of(handle).assertFailure(OffloadTimeoutException.class);

    Bounded.until(
        "the scope is closed",
        () ->
            scope.trySubmit(STORE.key(1), dev.offload.ConflictPolicy.JOIN, Body.of(() -> 2))
                instanceof dev.offload.Submission.Rejected);
    assertFalse(dying.hasEnded());
  }
}
