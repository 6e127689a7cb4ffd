package dev.offload.async;

import static dev.offload.TaskState.FAILED;
import static dev.offload.TaskState.NOT_FOUND;
import static dev.offload.TaskState.SUCCEEDED;
import static dev.offload.TaskState.WORKING;
import static dev.offload.async.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadTimeoutException;
import dev.offload.RevokeOutcome;
import dev.offload.ScopeClosedException;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A1 to A5 through the Java face. */
class AsyncTaskRecorderTest {
  private static final RevokeOutcome<String> REVOKING = new RevokeOutcome.AlreadyRevoking<>();

  private final RecordingListener listener = new RecordingListener();
  private final AsyncOffloadManager manager =
      AsyncOffloadManager.builder().listener(listener).build();
  private final AsyncTaskRecorder<String> recorder = AsyncTaskRecorder.create(manager, LOAD);
  private final Body<Integer> body = Body.held(() -> 1);

  @AfterEach
  void close() {
    body.release();
    Bounded.run("close", manager::close);
    assertEquals(0, recorder.count(WORKING), "A3: nothing sticks");
  }

  private OffloadFuture<Integer> launched(String id, Body<Integer> work) {
    return future(recorder.launch(id, work::runBlocking));
  }

  private static <T> OffloadFuture<T> future(LaunchOutcome<OffloadFuture<T>> outcome) {
    return assertInstanceOf(LaunchOutcome.Launched.class, outcome).handle()
            instanceof OffloadFuture<?> future
        ? cast(future)
        : null;
  }

  @SuppressWarnings("unchecked")
  private static <T> OffloadFuture<T> cast(OffloadFuture<?> future) {
    return (OffloadFuture<T>) future;
  }

  private void succeed(String id) {
    assertEquals(1, Bounded.get(id, launched(id, Body.of(() -> 1))));
    assertEquals(SUCCEEDED, recorder.state(id));
  }

  private void fail(String id, Throwable failure) {
    OffloadFuture<Integer> failing =
        future(recorder.launchStage(id, () -> CompletableFuture.<Integer>failedFuture(failure)));
    assertSame(failure, Outcome.of(failing.handle(Outcome::new)).failure());
    assertEquals(FAILED, recorder.state(id));
  }

  @Test
  @DisplayName("A1, A4: not found, working, succeeded; and never older than what was seen")
  void states() {
    assertEquals(NOT_FOUND, recorder.state("a"));
    assertEquals(WORKING, recorder.stateAssumingLaunched("a"));
    OffloadFuture<Integer> future = launched("a", body);
    assertEquals(WORKING, recorder.state("a"));
    assertInstanceOf(LaunchOutcome.AlreadyWorking.class, recorder.launch("a", body::runBlocking));
    body.release();
    assertEquals(1, Bounded.get("the task", future));

    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(SUCCEEDED, recorder.stateAssumingLaunched("a"));
    assertInstanceOf(LaunchOutcome.AlreadySucceeded.class, recorder.launch("a", body::runBlocking));
    assertEquals(1, body.runs());
  }

  @Test
  @DisplayName("A3: a failure is kept with its cause, can be launched again, or forgotten")
  void failure() {
    IOException failure = new IOException("on purpose");
    fail("a", failure);
    assertEquals(Optional.of(failure), recorder.failure("a"));
    assertEquals(List.of(), listener.all("onUnobservedFailure"));
    fail("b", failure);
    assertTrue(recorder.forget("b"));
    assertFalse(recorder.forget("b"));
    assertEquals(NOT_FOUND, recorder.state("b"));
    succeed("a");

    assertEquals(Optional.empty(), recorder.failure("a"));
    assertFalse(recorder.forget("a"), "it is not failed");
  }

  @Test
  @DisplayName("A3: cancelling the future, a time limit, the end of the scope: all leave WORKING")
  void endings() {
    OffloadFuture<Integer> cancelled = launched("cancelled", body);
    body.awaitStarted();
    assertTrue(cancelled.cancel());
    assertEquals(FAILED, recorder.state("cancelled"));
    SubmitOptions brief =
        SubmitOptions.unset().withTimeout(TimeoutPolicy.cancelAfter(Duration.ofMillis(5)));
    Body<Integer> held = Body.held(() -> 1);
    OffloadFuture<Integer> late = future(recorder.launch("late", brief, held::runBlocking));
    Outcome.of(late.handle(Outcome::new)).assertFailure(OffloadTimeoutException.class);
    assertInstanceOf(OffloadTimeoutException.class, recorder.failure("late").orElseThrow());
    AsyncOffloadScope scope = manager.openScope("scope");
    AsyncTaskRecorder<String> scoped = AsyncTaskRecorder.create(scope, LOAD);
    assertInstanceOf(LaunchOutcome.Launched.class, scoped.launch("a", held::runBlocking));
    scope.cancel();
    assertEquals(FAILED, scoped.state("a"));
    assertThrows(ScopeClosedException.class, () -> scoped.launch("b", held::runBlocking));
    assertInstanceOf(ScopeClosedException.class, scoped.failure("b").orElseThrow());
    Bounded.run("close", scope::close);
  }

  @Test
  @DisplayName("A2: a task succeeds once, however many launch it")
  void successOnce() {
    AtomicInteger runs = new AtomicInteger();
    try (Race race = new Race(4)) {
      for (int i = 0; i < 200; i++) {
        String id = "id" + i;
        race.all(() -> recorder.launch(id, runs::incrementAndGet));
      }
    }
    Bounded.get("all end", manager.joinAll());
    assertEquals(200, runs.get());
    assertEquals(200, recorder.count(SUCCEEDED));
    assertEquals(200, recorder.tasks(SUCCEEDED).size());
  }

  @Test
  @DisplayName("A2: a success is revoked once; meanwhile it reads SUCCEEDED")
  void revoke() {
    succeed("a");
    CompletableFuture<RevokeOutcome<Integer>> revoke = recorder.revoke("a", body::runBlocking);
    body.awaitStarted();
    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(REVOKING, recorder.revoke("a", () -> "second").join());
    assertEquals(0, recorder.dropSucceeded(List.of("a")), "it is being revoked");
    body.release();
    assertEquals(new RevokeOutcome.Revoked<>(1), Bounded.get("the revoke", revoke));

    assertEquals(NOT_FOUND, recorder.state("a"));
    assertEquals(
        new RevokeOutcome.NotSucceeded<String>(NOT_FOUND), recorder.revoke("a", () -> "x").join());
    succeed("a");
  }

  @Test
  @DisplayName("A2: a revoke that fails leaves the success as it was, to be revoked again")
  void revokeFails() {
    IOException failure = new IOException("on purpose");
    succeed("a");
    var failing =
        recorder.revokeStage(
            "a", SubmitOptions.unset(), () -> CompletableFuture.<String>failedFuture(failure));
    assertEquals(
        new RevokeOutcome.RevokeFailed<String>(failure), Bounded.get("the revoke", failing));
    assertEquals(SUCCEEDED, recorder.state("a"));

    assertEquals(
        new RevokeOutcome.Revoked<>("done"),
        Bounded.get("the second", recorder.revoke("a", () -> "done")));
  }

  @Test
  @DisplayName("A2: cancelling the future of a revoke cancels its block; it can be revoked again")
  void revokeCancelled() {
    succeed("a");
    var revoke = recorder.revoke("a", body::runBlocking);
    body.awaitStarted();
    assertTrue(revoke.cancel(true));
    body.awaitStopped();
    assertEquals(SUCCEEDED, recorder.state("a"));

    assertEquals(
        new RevokeOutcome.Revoked<>("done"),
        Bounded.get("the second", recorder.revoke("a", () -> "done")));
  }

  @Test
  @DisplayName("A2: a revoke that others cancel is a failed one")
  void revokeCancelledByOthers() {
    succeed("a");
    var revoke = recorder.revoke("a", body::runBlocking);
    body.awaitStarted();
    assertEquals(1, manager.cancelAll());

    var told = assertInstanceOf(RevokeOutcome.RevokeFailed.class, Bounded.get("told", revoke));
    var cause = assertInstanceOf(OffloadCancelledException.class, told.cause());
    assertEquals(CancelReason.CANCELLED, cause.reason());
    assertEquals(SUCCEEDED, recorder.state("a"));
  }

  @Test
  @DisplayName("E5: a revoke that waits for itself is told so")
  void revokeCycle() {
    succeed("a");
    CompletableFuture<CompletableFuture<?>> own = new CompletableFuture<>();
    var revoke =
        recorder.revoke(
            "a",
            () -> {
              assertThrows(OffloadCycleException.class, () -> own.get().join());
              return "done";
            });
    own.complete(revoke);

    assertEquals(new RevokeOutcome.Revoked<>("done"), Bounded.get("the revoke", revoke));
  }

  @Test
  @DisplayName("A5: counts and lists; successes can be dropped, and then run again")
  void counts() {
    succeed("a");
    fail("b", new IOException("on purpose"));
    OffloadFuture<Integer> working = launched("c", body);
    assertEquals(List.of("a"), recorder.tasks(SUCCEEDED));
    assertEquals(List.of("b"), recorder.tasks(FAILED));
    assertEquals(List.of("c"), recorder.tasks(WORKING));
    assertEquals(1, recorder.count(SUCCEEDED));
    assertEquals(1, recorder.count(FAILED));
    assertEquals(1, recorder.count(WORKING));
    assertEquals(1, recorder.dropSucceeded(List.of("a", "b", "c", "d")));
    assertEquals(0, recorder.count(SUCCEEDED));
    succeed("a");
    body.release();
    assertEquals(1, Bounded.get("the task", working));
    assertThrows(IllegalArgumentException.class, () -> recorder.tasks(NOT_FOUND));
    assertThrows(IllegalArgumentException.class, () -> recorder.count(NOT_FOUND));
  }

  private static String text(TaskEvent<String> event) {
    return event instanceof TaskEvent.Moved<String> moved
        ? moved.id() + " " + moved.from() + " " + moved.to()
        : "missed " + ((TaskEvent.Missed<String>) event).count();
  }

  @Test
  @DisplayName("A1: a watcher is told what happens, in order, also after it threw")
  void watch() {
    Queue<String> told = new ConcurrentLinkedQueue<>();
    TaskWatch watch =
        recorder.watch(
            event -> {
              told.add(text(event));
              throw new IllegalStateException("on purpose");
            });
    succeed("a");
    assertEquals(
        new RevokeOutcome.Revoked<>(1), Bounded.get("revoke", recorder.revoke("a", () -> 1)));
    Bounded.until("all are told", () -> told.size() == 3);
    watch.close();
    watch.close();
    succeed("a");

    assertEquals(
        List.of("a NOT_FOUND WORKING", "a WORKING SUCCEEDED", "a SUCCEEDED NOT_FOUND"),
        List.copyOf(told));
  }

  @Test
  @DisplayName("A1: a slow watcher slows no task; it is told how much it missed, and where")
  void slowWatcher() {
    Body<Integer> slow = Body.stubborn(() -> 1);
    Queue<String> told = new ConcurrentLinkedQueue<>();
    int extra = 5;
    int launches = AsyncTaskRecorder.FEED_CAPACITY / 2 + extra;
    TaskWatch watch =
        recorder.watch(
            event -> {
              if (told.isEmpty()) {
                var unused = Work.unchecked(slow::runBlocking);
              }
              told.add(text(event));
            });
    assertInstanceOf(LaunchOutcome.Launched.class, recorder.launch("first", body::runBlocking));
    slow.awaitStarted(); // with the first event in its hands
    for (int i = 0; i < launches; i++) {
      succeed("id" + i);
    }
    assertEquals(launches, recorder.count(SUCCEEDED));
    slow.release();
    Bounded.until("it has caught up", () -> told.contains("missed " + 2 * extra));
    succeed("last");
    Bounded.until("all are told", () -> told.contains("last WORKING SUCCEEDED"));
    watch.close();
    List<String> all = List.copyOf(told);
    assertEquals(1 + AsyncTaskRecorder.FEED_CAPACITY + 1 + 2, all.size());
    assertEquals("missed " + 2 * extra, all.get(1 + AsyncTaskRecorder.FEED_CAPACITY));
    body.release();
  }

  private static void assertNamed(String argument, Executable call) {
    assertEquals(
        argument + " must not be null",
        assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  @DisplayName("arguments: null is refused, and the message names what was null")
  void arguments() {
    SubmitOptions replace = SubmitOptions.unset().withConflict(ConflictPolicy.REPLACE);
    assertNamed("scope", () -> AsyncTaskRecorder.create(null, LOAD));
    assertNamed("kind", () -> AsyncTaskRecorder.create(manager, null));
    assertNamed("id", () -> recorder.launch(null, () -> 1));
    assertNamed("body", () -> recorder.launch("a", null));
    assertNamed("options", () -> recorder.launch("a", null, () -> 1));
    assertNamed("body", () -> recorder.launchStage("a", null));
    assertNamed("id", () -> recorder.revoke(null, () -> 1));
    assertNamed("block", () -> recorder.revoke("a", null));
    assertNamed("id", () -> recorder.state(null));
    assertNamed("id", () -> recorder.failure(null));
    assertNamed("id", () -> recorder.forget(null));
    assertNamed("ids", () -> recorder.dropSucceeded(null));
    assertNamed("state", () -> recorder.tasks(null));
    assertNamed("state", () -> recorder.count((TaskState) null));
    assertNamed("watcher", () -> recorder.watch(null));
    assertThrows(IllegalArgumentException.class, () -> recorder.launch("a", replace, () -> 1));
    assertEquals(NOT_FOUND, recorder.state("a"));
  }
}
