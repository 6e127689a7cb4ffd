package dev.offload.async;

import static dev.offload.async.Work.LOAD;
import static dev.offload.async.Work.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadFailedException;
import dev.offload.OffloadKey;
import dev.offload.OffloadRejectedException;
import dev.offload.OffloadTimeoutException;
import dev.offload.RejectReason;
import dev.offload.ScopeClosedException;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import dev.offload.TimeoutPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** J3, R8, E3, E4: a scope in Java, and its end. */
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
  @DisplayName("J3: close waits for the jobs of the scope, and lets them end by themselves")
  void closeWaits() {
    OffloadFuture<Integer> future = scope.submit(KEY, body::runBlocking);
    body.awaitStarted();
    var closed = Bounded.start(scope::close).thenApply(done -> body.hasEnded());
    assertFalse(closed.isDone());
    assertFalse(future.isDone());
    body.release();

    assertTrue(Bounded.get("close returns", closed), "the body had ended when close returned");
    assertEquals(1, future.join());
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
    Throwable told = assertThrows(CompletionException.class, future::join).getCause();
    assertEquals(CancelReason.SCOPE_CLOSED, ((OffloadCancelledException) told).reason());
    closer.interrupt();
    assertFalse(closed.isDone(), "it waits for the body");
    body.release();

    assertEquals("true, true", Bounded.get("close returns", closed), "ended, flag");
  }

  @Test
  @DisplayName("J3: close waits also if the try block threw, and the block's exception is told")
  void blockThrows() {
    IllegalStateException ofBlock = new IllegalStateException("on purpose");
    CountDownLatch opened = new CountDownLatch(1);
    var told =
        Bounded.start(
            () -> {
              try (AsyncOffloadScope inner = scope.openScope("inner")) {
                var unused = inner.submit(KEY, body::runBlocking);
                opened.countDown();
                throw ofBlock;
              }
            });
    body.awaitStarted();
    assertEquals(0, opened.getCount());
    assertFalse(told.isDone(), "it waits for the job");
    body.release();

    Throwable thrown = Bounded.get("the block ends", told.handle((done, failure) -> failure));
    assertSame(ofBlock, thrown.getCause());
    assertEquals(0, ofBlock.getSuppressed().length, "no job's failure");
  }

  @Test
  @DisplayName("E4: close throws no job's failure, and its siblings go on")
  void noFailure() {
    OffloadFuture<Integer> failing = scope.submit(KEY, throwing(new IOException("on purpose")));
    OffloadFuture<Integer> sibling = scope.submit(STORE.key(1), body::runBlocking);
    body.awaitStarted();
    assertInstanceOf(
        IOException.class, Outcome.of(failing.handle(Outcome::new)).failure(), "told where asked");
    body.release();
    Bounded.run("close throws nothing", scope::close);

    assertEquals(1, sibling.join());
  }

  @Test
  @DisplayName("E3: a failure nobody asked for is reported once, when the scope closes")
  void unseenFailure() {
    var failing = scope.submit(KEY, throwing(new IOException("on purpose")));
    listener.await("onEnded");
    assertEquals(JobState.FAILED, failing.jobState());
    assertEquals(List.of(), listener.all("onUnobservedFailure"));
    Bounded.run("close", scope::close);
    Bounded.run("close again", scope::close);

    assertEquals(1, listener.all("onUnobservedFailure").size());
  }

  @Test
  @DisplayName("E3: a failure that was asked for, in time or late, is not reported")
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
  @DisplayName("E4: a time limit is a failure for failFast")
  void failFastTimeout() {
    AsyncOffloadScope strict = scope.openScope("strict", ScopeOptions.unset().withFailFast());
    SubmitOptions brief =
        SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(Duration.ofMillis(5)));
    Body<Integer> held = Body.held(() -> 1);
    var unused = strict.submit(KEY, brief, held::runBlocking);

    Throwable told = assertThrows(CompletionException.class, strict::close).getCause();
    assertInstanceOf(OffloadTimeoutException.class, told);
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
  @DisplayName("R8: a submission racing close is waited for, or refused")
  void submitRacesClose() {
    AtomicInteger runs = new AtomicInteger();
    try (Race race = new Race(3)) {
      for (int i = 0; i < 500; i++) {
        AsyncOffloadScope racing = scope.openScope("racing");
        int before = runs.get();
        Callable<Integer> submit =
            () ->
                racing.trySubmit(LOAD.auto(), runs::incrementAndGet) instanceof Submission.Rejected
                    ? 0
                    : 1;
        Callable<Integer> close =
            () -> {
              racing.close();
              int done = runs.get() - before;
              assertEquals(0, racing.activeCount());
              return -done;
            };
        List<Integer> answers = race.each(List.of(submit, close, submit));
        int accepted = answers.get(0) + answers.get(2);
        assertEquals(0, accepted + answers.get(1), "close returned after all that was accepted");
      }
    }
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
  @DisplayName("R8: complete lets the jobs end, and is no wait")
  void complete() {
    OffloadFuture<Integer> future = scope.submit(KEY, body::runBlocking);
    body.awaitStarted();
    scope.complete();
    assertEquals(JobState.RUNNING, future.jobState());
    body.release();
    assertEquals(1, Bounded.get("the job", future));

    awaitRefusal(scope);
  }

  @Test
  @DisplayName("R8: cancel closes the scope and those under it")
  void cancel() {
    AsyncOffloadScope inner = scope.openScope("inner");
    Body<Integer> held = Body.held(() -> 1);
    OffloadFuture<Integer> future = inner.submit(KEY, held::runBlocking);
    held.awaitStarted();
    scope.cancel();

    Outcome.of(future.handle(Outcome::new)).assertCancelled(CancelReason.SCOPE_CLOSED);
    assertThrows(ScopeClosedException.class, () -> inner.submit(KEY, () -> 1));
    assertThrows(ScopeClosedException.class, () -> scope.openScope("late"));
    assertThrows(ScopeClosedException.class, () -> scope.share(KEY, () -> 1));
    assertThrows(ScopeClosedException.class, () -> scope.spawn("audit", () -> {}));
    Bounded.run("close", inner::close);
  }

  @Test
  @DisplayName("L1: the end of a scope drops the leases it took, after its own jobs have ended")
  void endDropsLeases() {
    Body<Integer> shared = Body.held(() -> 7);
    OffloadFuture<Integer> kept = manager.share(STORE.key(1), shared::runBlocking);
    OffloadFuture<Integer> ofScope = scope.share(STORE.key(1), () -> -1);
    var unused = scope.submit(KEY, body::runBlocking);
    body.awaitStarted();
    var closed = Bounded.start(scope::close);
    assertFalse(ofScope.isDone(), "a job of the scope may still need it");
    body.release();
    Bounded.get("close", closed);

    assertTrue(ofScope.isCancelled());
    assertEquals(1, manager.find(STORE.key(1)).orElseThrow().leases());
    shared.release();
    assertEquals(7, Bounded.get("the other holder", kept));
  }

  @Test
  @DisplayName("L1: the last lease that a scope drops cancels the job")
  void endAbandons() {
    Body<Integer> shared = Body.held(() -> 7);
    OffloadFuture<Integer> ofScope = scope.share(STORE.key(1), shared::runBlocking);
    CompletableFuture<Boolean> stage = ofScope.handle((value, failure) -> failure != null);
    shared.awaitStarted();
    Bounded.run("close", scope::close);

    shared.awaitStopped();
    assertTrue(Bounded.get("a stage on it is told", stage));
    assertTrue(ofScope.isCancelled());
    assertEquals(CancelReason.ABANDONED, listener.await("onEnded").job().cancelReason());
  }

  @Test
  @DisplayName("R5: what a scope owns is found there, what the manager owns from everywhere")
  void find() {
    var unused = scope.submit(KEY, body::runBlocking);
    AsyncOffloadScope sibling = manager.openScope("sibling");
    assertTrue(scope.isInFlight(KEY));
    assertFalse(sibling.isInFlight(KEY));
    assertFalse(manager.isInFlight(KEY));
    var shared = sibling.share(STORE.key(1), body::runBlocking);
    assertTrue(scope.find(STORE.key(1)).isPresent());
    assertFalse(sibling.cancel(KEY));
    assertFalse(sibling.cancel(STORE.key(1)), "it is the manager's");
    assertTrue(manager.cancel(STORE.key(1)));
    assertTrue(shared.isCompletedExceptionally());
    assertTrue(scope.cancel(KEY));
    body.release();
    Bounded.run("close", sibling::close);
  }

  @Test
  @DisplayName("vocabulary: a snapshot is a tree of scopes and jobs")
  void snapshot() {
    AsyncOffloadScope inner = scope.openScope("inner");
    var unused = inner.submit(KEY, body::runBlocking);
    body.awaitStarted();
    ScopeSnapshot root = manager.snapshot();

    assertEquals("inner", inner.name());
    assertEquals("request", root.children().get(0).name());
    assertEquals("inner", root.children().get(0).children().get(0).name());
    assertEquals(1, root.children().get(0).children().get(0).jobs().size());
    assertEquals(1, manager.activeCount());
    body.release();
    Bounded.run("close", inner::close);
  }

  @Test
  @DisplayName("R6: joinAll is done when what was accepted before has ended, bodies included")
  void joinAll() {
    AsyncOffloadScope inner = scope.openScope("inner");
    var first = inner.submit(KEY, body::runBlocking);
    body.awaitStarted();
    CompletableFuture<Void> all = scope.joinAll();
    Body<Integer> later = Body.held(() -> 2);
    var second = scope.submit(STORE.key(1), later::runBlocking);
    assertTrue(inner.cancel(KEY));
    assertTrue(first.isDone());
    assertFalse(all.isDone(), "the body is dying");
    body.release();

    assertNull(Bounded.get("the first body", all));
    assertFalse(second.isDone());
    later.release();
    assertEquals(2, Bounded.get("the second body", second));
    assertTrue(scope.joinAll().isDone());
    Bounded.run("close", inner::close);
  }

  @Test
  @DisplayName("R6: cancelAll reaches all jobs of the scope and under it, and it stays open")
  void cancelAll() {
    AsyncOffloadScope inner = scope.openScope("inner");
    Body<Integer> held = Body.held(() -> 1);
    var first = inner.submit(KEY, held::runBlocking);
    var second = scope.submit(KEY, held::runBlocking);

    assertEquals(2, scope.cancelAll());
    assertEquals(0, scope.cancelAll());
    Outcome.of(first.handle(Outcome::new)).assertCancelled(CancelReason.CANCELLED);
    Outcome.of(second.handle(Outcome::new)).assertCancelled(CancelReason.CANCELLED);
    assertEquals(5, scope.submit(KEY, () -> 5).join());
    Bounded.run("close", inner::close);
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
  @DisplayName("a scope in a body: its jobs end before the body does")
  void scopeInBody() {
    OffloadFuture<Integer> future =
        scope.submit(
            KEY,
            () -> {
              try (AsyncOffloadScope inner = scope.openScope("inner")) {
                return inner.submit(STORE.key(1), () -> 4).join();
              }
            });

    assertEquals(4, Bounded.get("the body", future));
  }

  @Test
  @DisplayName("trySubmit tells what happened")
  void trySubmit() {
    assertInstanceOf(Submission.Started.class, scope.trySubmit(KEY, body::runBlocking));
    assertInstanceOf(Submission.Joined.class, scope.trySubmit(KEY, () -> 2));
    SubmitOptions reject = SubmitOptions.unset().withConflict(ConflictPolicy.REJECT);
    assertEquals(
        new Submission.Rejected<OffloadFuture<Integer>>(RejectReason.KEY_IN_FLIGHT),
        scope.trySubmit(KEY, reject, () -> 2));
    SubmitOptions replace = SubmitOptions.unset().withConflict(ConflictPolicy.REPLACE);
    Submission<OffloadFuture<Integer>> replaced = scope.trySubmit(KEY, replace, () -> 3);
    assertInstanceOf(Submission.Replaced.class, replaced);
    body.release();

    assertEquals(3, Bounded.get("the successor", replaced.handleOrNull()));
  }

  @Test
  @DisplayName("T3: submitWhenRoom waits until there is room in the queue")
  void submitWhenRoom() throws InterruptedException {
    AsyncOffloadScope narrow =
        scope.openScope("narrow", ScopeOptions.unset().withConcurrency(new ConcurrencyLimit(1, 0)));
    var running = narrow.submit(KEY, body::runBlocking);
    body.awaitStarted();
    OffloadRejectedException full =
        assertThrows(OffloadRejectedException.class, () -> narrow.submit(LOAD.auto(), () -> 2));
    assertEquals(RejectReason.QUEUE_FULL, full.reason());
    CompletableFuture<Integer> second = new CompletableFuture<>();
    var waiting =
        Bounded.start(
            () -> {
              try {
                var placed = narrow.submitWhenRoom(LOAD.auto(), SubmitOptions.unset(), () -> 2);
                second.complete(placed.join());
              } catch (InterruptedException e) {
                second.completeExceptionally(e);
              }
            });
    assertFalse(second.isDone());
    body.release();

    assertEquals(2, Bounded.get("there is room", second));
    Bounded.get("it returns", waiting);
    assertEquals(1, running.join());
    Bounded.until("it is idle", () -> narrow.activeCount() == 0);
    assertEquals(5, narrow.submitWhenRoom(LOAD.auto(), SubmitOptions.unset(), () -> 5).join());
    Bounded.run("close", narrow::close);
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
  @DisplayName("spawn outlives its scope, is found by its key, and reports its failure at once")
  void spawn() {
    OffloadKey.Auto<?> key = scope.spawn("audit", body::runBlocking);
    Bounded.run("close does not wait for it", scope::close);
    assertTrue(manager.isInFlight(key));
    body.release();
    Bounded.get("the body", manager.joinAll());
    manager.spawn("audit", () -> Work.fail(new IOException("on purpose")));

    assertInstanceOf(IOException.class, listener.await("onUnobservedFailure").failure());
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
