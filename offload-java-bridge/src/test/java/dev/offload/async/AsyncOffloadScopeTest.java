package dev.offload.async;

import static dev.offload.contract.fixture.Work.LOAD;
import static dev.offload.contract.fixture.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadFailedException;
import dev.offload.OffloadKey;
import dev.offload.ScopeClosedException;
import dev.offload.Submission;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.RecordingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** J3, E3, E4: a scope in Java, and its end; the rest is in the contract. */
class AsyncOffloadScopeTest {
  private static final OffloadKey.Keyed<Integer> KEY = LOAD.key("same");

  private final RecordingListener listener = new RecordingListener();
  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder().listener(listener).build();
  private final AsyncOffloadScope scope = manager.openScope("request");
  private final Body<Integer> body = Body.stubborn(() -> 1);

  @AfterEach
  void close() {
    body.release();
    Bounded.run("close the scope", scope::close);
    Bounded.run("close the manager", manager::close);
    assertEquals(0, manager.activeCount());
    assertEquals(List.of(), manager.snapshot().children());
  }

  private static Callable<Integer> throwing(Exception failure) {
    return () -> {
      throw failure;
    };
  }

  private static void awaitRefusal(AsyncOffloadScope closing) {
    Bounded.until(
        "the scope refuses work",
        () -> closing.trySubmit(LOAD.auto(), () -> 0) instanceof Submission.Rejected);
  }

  @Test
  @DisplayName("J3: close that is interrupted cancels, still waits, and keeps the interrupt flag")
  void closeIsInterrupted() {
    OffloadFuture<Integer> future = scope.submit(KEY, body::runBlocking);
    body.awaitStarted();
    CompletableFuture<String> closed = new CompletableFuture<>();
    Thread closer =
        Bounded.newThread(
            () -> {
              scope.close();
              closed.complete(body.hasEnded() + ", " + Thread.currentThread().isInterrupted());
            });
    closer.start();
    closer.interrupt();
    Outcome.of(future.handle(Outcome::new)).assertCancelled(CancelReason.SCOPE_CLOSED);
    closer.interrupt();
    assertFalse(closed.isDone(), "it waits for the body");
    body.release();

    assertEquals("true, true", Bounded.get("close returns", closed), "ended, flag");
  }

  @Test
  @DisplayName("J3: close waits also if the try block threw, and the block's exception is told")
  void blockThrows() {
    IllegalStateException ofBlock = new IllegalStateException("on purpose");
    var told =
        Bounded.start(
            () -> {
              try (AsyncOffloadScope inner = scope.openScope("inner")) {
                var unused = inner.submit(KEY, body::runBlocking);
                throw ofBlock;
              }
            });
    body.awaitStarted();
    assertFalse(told.isDone(), "it waits for the job");
    body.release();

    Throwable thrown = Bounded.get("the block ends", told.handle((done, failure) -> failure));
    assertSame(ofBlock, thrown.getCause());
    assertEquals(0, ofBlock.getSuppressed().length, "no job's failure");
  }

  @Test
  @DisplayName("E3: a failure that was joined after the end of its job is not reported")
  void seenFailure() {
    var failing = scope.submit(KEY, throwing(new IOException("on purpose")));
    listener.await("onEnded");
    assertThrows(CompletionException.class, failing::join);
    Bounded.run("close", scope::close);

    assertEquals(List.of(), listener.all("onUnobservedFailure"));
  }

  @Test
  @DisplayName("E4: the close of a failFast scope throws the first failure, once, as a cause")
  void failFast() {
    IOException failure = new IOException("on purpose");
    AsyncOffloadScope strict = scope.openScope("strict", ScopeOptions.unset().withFailFast());
    Body<Integer> sibling = Body.held(() -> 1);
    OffloadFuture<Integer> other = strict.submit(STORE.key(1), sibling::runBlocking);
    sibling.awaitStarted();
    OffloadFuture<Integer> failing = strict.submit(KEY, throwing(failure));

    assertEquals("strict", strict.name());
    CompletionException thrown = assertThrows(CompletionException.class, strict::close);
    assertSame(failure, thrown.getCause());
    sibling.awaitStopped();
    Outcome.of(other.handle(Outcome::new)).assertCancelled(CancelReason.SCOPE_CLOSED);
    assertSame(failure, failing.handle((value, told) -> told).join());
    Bounded.run("close again throws nothing", strict::close);
    assertEquals(List.of(), listener.all("onUnobservedFailure"), "it was told");
  }

  @Test
  @DisplayName("J3: what a block throws suppresses the first failure, also if it is the same")
  void failFastSuppressed() {
    IOException failure = new IOException("on purpose");
    IOException thrown =
        assertThrows(
            IOException.class,
            () -> {
              ScopeOptions options = ScopeOptions.unset().withFailFast();
              try (AsyncOffloadScope strict = scope.openScope("strict", options)) {
                try {
                  strict.submit(KEY, throwing(failure)).join();
                } catch (CompletionException e) {
                  throw (IOException) e.getCause();
                }
              }
            });

    assertSame(failure, thrown);
    assertEquals(1, thrown.getSuppressed().length);
    assertSame(failure, thrown.getSuppressed()[0].getCause());
  }

  @Test
  @DisplayName("J3: close can be called twice, also at once, and all wait")
  void closeTwice() {
    var unused = scope.submit(KEY, body::runBlocking);
    body.awaitStarted();
    var first = Bounded.start(scope::close).thenApply(done -> body.hasEnded());
    var second = Bounded.start(scope::close).thenApply(done -> body.hasEnded());
    assertFalse(first.isDone() || second.isDone());
    body.release();

    assertTrue(Bounded.get("first", first));
    assertTrue(Bounded.get("second", second));
    assertThrows(ScopeClosedException.class, () -> scope.submit(KEY, () -> 1));
  }

  @Test
  @DisplayName("R8: a scope that is closing takes work while one of its jobs is active")
  void workWhileClosing() {
    CompletableFuture<OffloadFuture<Integer>> late = new CompletableFuture<>();
    var unused =
        scope.submit(
            KEY,
            () -> {
              int value = body.runBlocking();
              late.complete(scope.submit(STORE.key(1), () -> value + 1));
              return value;
            });
    body.awaitStarted();
    var closed = Bounded.start(scope::close);
    body.release();
    Bounded.get("close", closed);

    assertEquals(2, late.join().join());
  }

  @Test
  @DisplayName(
      "L1, J6: the future of a lease that its scope drops says so by name, and its stages are told")
  void endAbandons() {
    Body<Integer> shared = Body.held(() -> 7);
    OffloadFuture<Integer> ofScope = scope.share(STORE.key(1), shared::runBlocking);
    CompletableFuture<Throwable> stage = ofScope.handle((value, failure) -> failure);
    shared.awaitStarted();
    Bounded.run("close", scope::close);

    shared.awaitStopped();
    var told = (OffloadCancelledException) Bounded.get("a stage on it is told", stage);
    assertEquals(CancelReason.SCOPE_CLOSED, told.reason());
    assertFalse(ofScope.isCancelled(), "this caller did not cancel");
    assertTrue(ofScope.isCompletedExceptionally());
  }

  @Test
  @DisplayName("E5: a body that waits for the end of its own scope is told so")
  void closeInBody() {
    OffloadFuture<Integer> future =
        scope.submit(
            KEY,
            () -> {
              assertThrows(OffloadCycleException.class, () -> scope.joinAll().join());
              assertThrows(OffloadCycleException.class, () -> scope.joinAll().get());
              assertThrows(OffloadCycleException.class, manager::close);
              assertThrows(OffloadCycleException.class, scope::close);
              return 3;
            });

    assertEquals(3, Bounded.get("the body", future));
    awaitRefusal(scope);
  }

  @Test
  @DisplayName("T3: submitWhenRoom that is interrupted has submitted nothing")
  void submitWhenRoomInterrupted() {
    AsyncOffloadScope narrow =
        scope.openScope("narrow", ScopeOptions.unset().withConcurrency(new ConcurrencyLimit(1, 0)));
    var running = narrow.submit(KEY, body::runBlocking);
    body.awaitStarted();
    Thread.currentThread().interrupt();
    assertThrows(
        InterruptedException.class,
        () -> narrow.submitWhenRoom(STORE.key(1), SubmitOptions.unset(), () -> 2));
    assertFalse(narrow.isInFlight(STORE.key(1)));
    body.release();
    assertEquals(1, running.join());
    Bounded.run("close", narrow::close);
  }

  @Test
  @DisplayName("E1: an InterruptedException of the body's own is a failure like any other")
  void ownInterruptedException() {
    InterruptedException own = new InterruptedException("on purpose");
    OffloadFuture<Integer> future = scope.submit(KEY, throwing(own));
    assertSame(own, future.handle((value, failure) -> failure).join());
    OffloadFuture<Integer> cancelled =
        scope.submit(
            STORE.key(1), throwing(new java.util.concurrent.CancellationException("on purpose")));
    Throwable told = cancelled.handle((value, failure) -> failure).join();
    assertInstanceOf(OffloadFailedException.class, told);
  }

  private static void assertNamed(String argument, Executable call) {
    assertEquals(
        argument + " must not be null",
        assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  @DisplayName("arguments: null is refused, and the message names what was null")
  void nulls() {
    List<Executable> ofKey = new ArrayList<>();
    SubmitOptions none = SubmitOptions.unset();
    ofKey.add(() -> scope.submit(null, none, () -> 1));
    ofKey.add(() -> scope.trySubmit(null, () -> 1));
    ofKey.add(() -> scope.submitStage(null, () -> new CompletableFuture<>()));
    ofKey.add(() -> scope.trySubmitStage(null, () -> new CompletableFuture<>()));
    ofKey.add(() -> scope.shareStage(null, () -> new CompletableFuture<>()));
    ofKey.forEach(call -> assertNamed("key", call));
    assertNamed("options", () -> scope.submit(KEY, (SubmitOptions) null, () -> 1));
    assertNamed("options", () -> scope.trySubmit(KEY, null, () -> 1));
    assertNamed("options", () -> scope.share(KEY, null, () -> 1));
    assertNamed("options", () -> scope.openScope("x", null));
    assertNamed("name", () -> scope.openScope(null));
    assertNamed("label", () -> scope.spawn(null, () -> {}));
    assertNamed("body", () -> scope.spawn("audit", null));
    assertNamed("body", () -> scope.submitStage(KEY, null));
    assertNamed("body", () -> scope.shareStage(KEY, null));
    assertNamed("policy", () -> none.withConflict(null));
    assertNamed("policy", () -> none.withTimeout(null));
    assertNamed("limit", () -> ScopeOptions.unset().withConcurrency(null));
    assertThrows(
        IllegalArgumentException.class,
        () -> scope.share(KEY, none.withConflict(ConflictPolicy.REPLACE), () -> 1));
    assertEquals(0, manager.snapshot().total().submitted());
  }
}
