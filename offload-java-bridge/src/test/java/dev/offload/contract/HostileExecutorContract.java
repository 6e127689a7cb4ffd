package dev.offload.contract;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.OffloadFailedException;
import dev.offload.OffloadKey;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Exclusive;
import dev.offload.contract.fixture.HostileExecutor;
import dev.offload.contract.fixture.InPlace;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.RecordingListener;
import dev.offload.contract.fixture.Refusal;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R9: executors and dispatchers are not ours. */
public interface HostileExecutorContract extends HostileContract {

  /** More bodies in each other than a stack holds. */
  int DEEP = 50_000;

  // In place.

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "R9: where bodies run in place, callers of a job are told before its permit's next body runs")
  default void callersAreToldBeforeTheNextOfALimit(InPlace where) {
    Face face =
        bench().open(FaceSettings.defaults().with(LOAD, ONE).with(where.executor(neighbours())));
    Body<Integer> first = bench().held(() -> 1);
    CompletableFuture<Handle<Integer>> submitted =
        Bounded.supply(() -> face.submit(LOAD.key(1), first));
    first.awaitStarted();
    Handle<Integer> caller = face.submit(LOAD.key(1), Body.of(() -> -1));
    Body<Integer> second = bench().held(() -> 2);
    Handle<Integer> next = face.submit(LOAD.key(2), second);
    var unused = Bounded.start(first::release);

    second.awaitStarted();
    Outcome.of(caller).assertValue(1);
    var released = Bounded.start(second::release);
    Outcome.of(next).assertValue(2);
    Outcome.of(Bounded.get("submit returns", submitted)).assertValue(1);
    Bounded.get("release returns", released);
    assertFree(face, LOAD.key(1));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: where bodies run in place, the next body of a limit may join the job before it")
  default void nextOfALimitMayJoinTheFirst(InPlace where) {
    Face face =
        bench().open(FaceSettings.defaults().with(LOAD, ONE).with(where.executor(neighbours())));
    Body<Integer> first = bench().held(() -> 1);
    CompletableFuture<Handle<Integer>> submitted =
        Bounded.supply(() -> face.submit(LOAD.key(1), first));
    first.awaitStarted();
    Handle<Integer> caller = face.submit(LOAD.key(1), Body.of(() -> -1));
    Body<Integer> second = bench().waiting(caller::asWait, told -> told.value() + 1);
    second.release();
    Handle<Integer> next = face.submit(LOAD.key(2), second);
    var unused = Bounded.start(first::release);

    Outcome.of(next).assertValue(2);
    Outcome.of(Bounded.get("submit returns", submitted)).assertValue(1);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "R9: where bodies run in place, who waits for a body's end is told before its successor runs")
  default void endIsToldBeforeTheSuccessor(InPlace where) {
    Face face = bench().open(FaceSettings.defaults().with(where.executor(neighbours())));
    Body<Integer> first = bench().stubborn(() -> 1);
    CompletableFuture<Handle<Integer>> submitted =
        Bounded.supply(() -> face.submit(LOAD.key(1), first));
    first.awaitStarted();
    Handle<Integer> caller = face.submit(LOAD.key(1), Body.of(() -> -1));
    assertTrue(face.cancel(LOAD.key(1)));
    Outcome.of(caller).assertCancelled(CancelReason.CANCELLED);
    CompletableFuture<Outcome<Void>> end = face.joinAll().start();
    Body<Integer> second = bench().held(() -> 2);
    Handle<Integer> successor = face.submit(LOAD.key(1), second);
    var unused = Bounded.start(first::release);

    second.awaitStarted();
    Bounded.get("the end of the first is told", end);
    var released = Bounded.start(second::release);
    Outcome.of(successor).assertValue(2);
    var never = Bounded.get("submit returns", submitted);
    Outcome.of(never).assertCancelled(CancelReason.CANCELLED);
    Bounded.get("release returns", released);
    assertFree(face, LOAD.key(1));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: where bodies run in place, a scope ends while the next body of a limit runs")
  default void scopeEndsBeforeTheNextOfALimit(InPlace where) {
    Face face =
        bench().open(FaceSettings.defaults().with(LOAD, ONE).with(where.executor(neighbours())));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> first = bench().held(() -> 1);
    var submitted = Bounded.supply(() -> scope.submit(LOAD.key(1), first));
    first.awaitStarted();
    Body<Integer> second = bench().held(() -> 2);
    Handle<Integer> next = face.submit(LOAD.key(2), second);
    var unused = Bounded.start(first::release);
    second.awaitStarted();

    Bounded.run("the scope ends", scope::close);
    var released = Bounded.start(second::release);
    Outcome.of(next).assertValue(2);
    Outcome.of(Bounded.get("submit returns", submitted)).assertValue(1);
    Bounded.get("release returns", released);
  }

  @Test
  @DisplayName("R10: a chain of 5,000 jobs under a limit of one ends where bodies run in place")
  default void longChainInPlace() {
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(FaceSettings.DIRECT));
    Body<Integer> first = bench().held(() -> 0);
    var submitted = Bounded.supply(() -> face.submit(LOAD.key(0), first));
    first.awaitStarted();
    Handle<Integer> last = null;
    for (int i = 1; i <= 5_000; i++) {
      int value = i;
      last = face.submit(LOAD.key(i), Body.of(() -> value));
    }
    var unused = Bounded.start(first::release);

    Outcome.of(last).assertValue(5_000);
    Outcome.of(Bounded.get("submit returns", submitted)).assertValue(0);
    assertBalanced(face);
    assertEquals(5_001, face.snapshot().total().succeeded());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("R3: a recursion without end, in place, leaves no job, no key and no caller")
  default void recursionInPlace(boolean joined) {
    Face face = bench().open(FaceSettings.defaults().with(InPlace.PLAIN.executor(neighbours())));
    Queue<Handle<Integer>> handles = new ConcurrentLinkedQueue<>();
    Bounded.run(
        "submit returns",
        () -> {
          try {
            var unused = nested(face, handles, joined, 0);
          } catch (StackOverflowError e) { // a submission that was refused: who was too deep
            assertTrue(handles.size() < DEEP);
          }
        });
    handles.forEach(Outcome::of);
    Bounded.until("all have ended", () -> face.activeCount() == 0);
    handles.forEach(handle -> assertFalse(face.isInFlight(handle.key())));

    assertFree(face, LOAD.key(0));
    assertBalanced(face);
  }

  /** Submits a body that does the same. */
  private static Handle<Integer> nested(
      Face face, Queue<Handle<Integer>> handles, boolean joined, int depth) {
    Handle<Integer> handle =
        face.submit(
            LOAD.key(depth),
            Body.of(
                () -> {
                  if (depth < DEEP) {
                    Handle<Integer> next = nested(face, handles, joined, depth + 1);
                    if (joined) {
                      var unused = next.asWait().block();
                    }
                  }
                  return depth;
                }));
    handles.add(handle);
    return handle;
  }

  // Executors that do not take a task.

  @ParameterizedTest
  @EnumSource
  @DisplayName("R3: an executor that does not take a submission fails it, typed, and keeps no key")
  default void executorThatRefuses(Refusal refusal) {
    HostileExecutor executor = new HostileExecutor(bench().pool(2));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor));
    executor.turn((task, inner) -> refusal.raise());
    for (int i = 0; i < 3; i++) {
      Body<Integer> body = Body.of(() -> 1);
      Handle<Integer> handle = face.submit(LOAD.key(1), body);
      Outcome.of(handle).assertFailure(OffloadFailedException.class);
      assertEquals(0, body.runs());
    }
    executor.recover();

    assertFree(face, LOAD.key(1));
    assertBalanced(face);
    assertEquals(3, face.snapshot().total().failed());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R3: an executor that does not take the next of a limit harms nobody but that one")
  default void executorThatRefusesTheNext(Refusal refusal) {
    HostileExecutor executor = new HostileExecutor(bench().pool(2));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = scope.submit(LOAD.key(1), body);
    body.awaitStarted();
    Handle<Integer> queued = face.submit(LOAD.key(2), Body.of(() -> 2));
    Handle<Integer> after = face.submit(LOAD.key(3), Body.of(() -> 3));
    AtomicInteger refused = new AtomicInteger();
    executor.turn(
        (task, inner) -> {
          if (!scope.isInFlight(LOAD.key(1)) && refused.getAndIncrement() == 0) {
            refusal.raise();
          }
          inner.execute(task);
        });
    var unused = Bounded.start(body::release);

    Outcome.of(first).assertValue(1);
    Bounded.until("the next one meets the refusal", () -> refused.get() > 0);
    Bounded.run("the scope ends", scope::close);
    Outcome.of(queued).assertFailure(OffloadFailedException.class);
    Outcome.of(after).assertValue(3);
    assertFree(face, LOAD.key(2));
    assertBalanced(face);
  }

  @Test
  @DisplayName("R3: a job that its executor dropped ends when it is cancelled, and keeps nothing")
  default void executorThatDrops() {
    HostileExecutor executor = new HostileExecutor(bench().pool(2));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor));
    FaceScope scope = bench().scope(face, "request");
    executor.turn(HostileExecutor.Manner.DROP);
    Body<Integer> body = Body.of(() -> 1);
    Handle<Integer> dropped = scope.submit(LOAD.key(1), body);
    Handle<Integer> queued = scope.submit(LOAD.key(2), Body.of(() -> 2));
    executor.recover();
    assertTrue(scope.cancel(LOAD.key(1)));

    Outcome.of(dropped).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(queued).assertValue(2);
    assertFree(scope, LOAD.key(1));
    Bounded.run("the scope ends", scope::close);
    assertEquals(0, body.runs());
    assertBalanced(face);
  }

  @Test
  @DisplayName("R8: a scope whose job was dropped by its executor can be cancelled")
  default void executorThatDropsInAScope() {
    HostileExecutor executor = new HostileExecutor(bench().pool(2));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor));
    FaceScope scope = bench().scope(face, "request");
    executor.turn(HostileExecutor.Manner.DROP);
    Handle<Integer> dropped = scope.submit(LOAD.key(1), Body.of(() -> 1));
    executor.recover();
    scope.cancel();

    Outcome.of(dropped).assertCancelled(CancelReason.SCOPE_CLOSED);
    Bounded.run("the scope ends", scope::close);
    assertFree(face, LOAD.key(2));
    assertBalanced(face);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2: an executor that runs a task twice, or runs it and refuses it, decides one end")
  default void executorThatDoesTooMuch(TooMuch manner) {
    HostileExecutor executor = new HostileExecutor(bench().pool(4));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor));
    executor.turn(manner.manner());
    Exclusive exclusive = new Exclusive();
    for (int i = 0; i < 50; i++) {
      Body<Integer> body = Body.of(exclusive.watch(i));
      Handle<Integer> handle = face.submit(LOAD.key(i), body);
      Outcome<Integer> told = Outcome.of(handle);
      if (told.failure() == null) {
        told.assertValue(i);
        assertEquals(1, body.runs());
      }
      assertTrue(body.runs() <= 1, "a body runs once");
    }
    executor.recover();

    assertTrue(exclusive.most() <= 1, "bodies of the limit run one after the other");
    assertFree(face, LOAD.key(0));
    assertBalanced(face);
    assertEquals(51, face.snapshot().total().accepted());
  }

  /** What an executor does with a task that it should do once. */
  enum TooMuch {
    TWICE {
      @Override
      public HostileExecutor.Manner manner() {
        return HostileExecutor.Manner.TWICE;
      }
    },
    TWICE_IN_PLACE {
      @Override
      public HostileExecutor.Manner manner() {
        return HostileExecutor.Manner.TWICE_IN_PLACE;
      }
    },
    IN_PLACE_AND_REFUSE {
      @Override
      public HostileExecutor.Manner manner() {
        return HostileExecutor.Manner.IN_PLACE_AND_REFUSE;
      }
    },
    HAND_OVER_AND_REFUSE {
      @Override
      public HostileExecutor.Manner manner() {
        return HostileExecutor.Manner.HAND_OVER_AND_REFUSE;
      }
    };

    abstract HostileExecutor.Manner manner();
  }

  // Executors that block.

  @Test
  @DisplayName(
      "R9: an executor that blocks at a submission delays no other caller of that job, and no other key")
  default void executorThatBlocks() {
    HostileExecutor executor = new HostileExecutor(bench().pool(2));
    Face face = bench().open(FaceSettings.defaults().with(executor));
    Block block = neighbours().block();
    executor.turn(HostileExecutor.Manner.blocking(block));
    var submitted = Bounded.supply(() -> face.submit(LOAD.key(1), Body.of(() -> 1)));
    block.awaitArrival();
    executor.recover();
    Handle<Integer> joined =
        Bounded.get(
            "a join is taken", Bounded.supply(() -> face.submit(LOAD.key(1), Body.of(() -> 2))));
    assertFree(face, STORE.key(1));
    assertTrue(Bounded.get("cancel answers", Bounded.supply(() -> face.cancel(LOAD.key(1)))));

    Outcome.of(joined).assertCancelled(CancelReason.CANCELLED);
    block.release();
    Outcome.of(Bounded.get("submit returns", submitted)).assertCancelled(CancelReason.CANCELLED);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  @Test
  @DisplayName(
      "R9: an executor that blocks at the next job of a limit delays neither callers nor scope of the job before")
  default void executorThatBlocksAtTheNext() {
    HostileExecutor executor = new HostileExecutor(bench().pool(3));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> first = scope.submit(LOAD.key(1), body);
    body.awaitStarted();
    Block block = neighbours().block();
    Handle<Integer> queued = face.submit(LOAD.key(2), Body.of(() -> 2));
    executor.turn(holdWhenFree(scope, LOAD.key(1), block));
    var unused = Bounded.start(body::release);
    block.awaitArrival();

    Outcome.of(first).assertValue(1);
    Bounded.run("the scope ends", scope::close);
    assertFree(face, STORE.key(1));
    block.release();
    Outcome.of(queued).assertValue(2);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  /** Blocks where it is handed the first task after the key is free: the next of a limit. */
  private static HostileExecutor.Manner holdWhenFree(
      FaceScope scope, OffloadKey<Integer> key, Block block) {
    return (task, inner) -> {
      if (!scope.isInFlight(key) && !block.isReached()) {
        block.hold();
      }
      inner.execute(task);
    };
  }

  @Test
  @DisplayName(
      "J3: when close returns the jobs of the scope are told, and seen, also if the next of their limit is stuck")
  default void closeReturnsAfterTheOutcomes() {
    RecordingListener listener = new RecordingListener();
    HostileExecutor executor = new HostileExecutor(bench().pool(4));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, ONE).with(executor).with(listener));
    FaceScope scope = bench().scope(face, "request");
    Body<Integer> failing = bench().held(Ending.EXCEPTION::act);
    Handle<Integer> first = scope.submit(LOAD.key("of the scope"), failing);
    failing.awaitStarted();
    CompletableFuture<Outcome<Integer>> asked = first.outcome();
    Body<Integer> other = bench().held(() -> 2);
    Handle<Integer> last = scope.submit(STORE.key(2), other);
    other.awaitStarted();
    Handle<Integer> queued = face.submit(LOAD.key(2), Body.of(() -> 3));
    Block block = neighbours().block();
    executor.turn(holdWhenFree(scope, LOAD.key("of the scope"), block));
    var unused = Bounded.start(failing::release);
    block.awaitArrival();
    var unusedToo = Bounded.start(other::release);
    Outcome.of(last).assertValue(2);
    Bounded.run("the scope ends", scope::close);

    Outcome.of(asked).assertFailure(java.io.IOException.class);
    Outcome.of(first).assertFailure(java.io.IOException.class);
    block.release();
    Outcome.of(queued).assertValue(3);
    listener.await("onEnded", event -> event.failure() instanceof java.io.IOException);
    assertEquals(0, listener.all("onUnobservedFailure").size(), "somebody had asked");
  }

  @Test
  @DisplayName("R9: an executor may submit, cancel and join while it is handed a task")
  default void executorThatComesBack() {
    HostileExecutor executor = new HostileExecutor(bench().pool(2));
    Face face = bench().open(FaceSettings.defaults().with(executor));
    AtomicReference<Handle<Integer>> inner = new AtomicReference<>();
    AtomicReference<Handle<Integer>> joined = new AtomicReference<>();
    AtomicInteger calls = new AtomicInteger();
    executor.turn(
        HostileExecutor.Manner.after(
            () -> {
              if (calls.getAndIncrement() == 0) {
                joined.set(face.submit(LOAD.key(1), Body.of(() -> 5)));
                inner.set(face.submit(STORE.key(1), Body.of(() -> 6)));
                face.cancel(LOAD.key(1));
              }
            }));
    Handle<Integer> handle =
        Bounded.get(
            "submit returns", Bounded.supply(() -> face.submit(LOAD.key(1), Body.of(() -> 1))));

    Outcome.of(handle).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(joined.get()).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(inner.get()).assertValue(6);
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }

  @Test
  @DisplayName("R8: an executor may cancel the scope whose job it is handed")
  default void executorThatCancelsTheScope() {
    HostileExecutor executor = new HostileExecutor(bench().pool(2));
    Face face = bench().open(FaceSettings.defaults().with(executor));
    FaceScope scope = bench().scope(face, "request");
    executor.turn(HostileExecutor.Manner.after(scope::cancel));
    Body<Integer> body = Body.of(() -> 1);
    Handle<Integer> handle =
        Bounded.get("submit returns", Bounded.supply(() -> scope.submit(LOAD.key(1), body)));

    Outcome.of(handle).assertCancelled(CancelReason.SCOPE_CLOSED);
    Bounded.run("the scope ends", scope::close);
    assertEquals(0, body.runs());
    executor.recover();
    assertFree(face, LOAD.key(1));
    assertBalanced(face);
  }
}
