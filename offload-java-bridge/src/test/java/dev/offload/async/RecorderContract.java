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
import dev.offload.ConcurrencyLimit;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadRejectedException;
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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A1 to A5: what is remembered of tasks. */
interface RecorderContract extends Contract {
  TimeoutPolicy BRIEF_LIMIT = TimeoutPolicy.cancelAfter(Duration.ofMillis(5));

  private RecorderFace recorder() {
    return bench().open().recorder(LOAD);
  }

  private static Handle<Integer> launched(LaunchOutcome<Handle<Integer>> outcome) {
    if (outcome instanceof LaunchOutcome.Launched<Handle<Integer>> launched) {
      return launched.handle();
    }
    throw new AssertionError("not launched, but " + outcome);
  }

  private static void succeed(RecorderFace recorder, String id) {
    Outcome.of(launched(recorder.launch(id, Body.of(() -> 1)))).assertValue(1);
    assertEquals(SUCCEEDED, recorder.state(id));
  }

  private static Throwable fail(RecorderFace recorder, String id) {
    IOException failure = new IOException("on purpose");
    Body<Integer> body =
        Body.of(
            () -> {
              throw failure;
            });
    assertSame(failure, Outcome.of(launched(recorder.launch(id, body))).failure());
    assertEquals(FAILED, recorder.state(id));
    return failure;
  }

  private static void assertRevoked(RecorderFace recorder, String id) {
    var revoked = Bounded.get("the revoke", recorder.revoke(id, Body.of(() -> 2)));
    assertEquals(new RevokeOutcome.Revoked<>(2), revoked);
    assertEquals(NOT_FOUND, recorder.state(id));
  }

  private static void assertFailedBy(
      Class<? extends Throwable> cause, RecorderFace recorder, String id) {
    assertEquals(FAILED, recorder.state(id));
    assertInstanceOf(cause, recorder.failure(id).orElseThrow());
    Bounded.until("it is counted out", () -> recorder.count(WORKING) == 0);
  }

  @Test
  @DisplayName("A1, A4: not found, working, succeeded; and nothing older once that was seen")
  default void states() {
    RecorderFace recorder = recorder();
    Body<Integer> body = bench().held(() -> 1);
    assertEquals(NOT_FOUND, recorder.state("a"));
    assertEquals(WORKING, recorder.stateAssumingLaunched("a"));
    Handle<Integer> handle = launched(recorder.launch("a", body));
    assertEquals(WORKING, recorder.state("a"));
    assertEquals(new LaunchOutcome.AlreadyWorking<>(), recorder.launch("a", body));
    body.release();
    Outcome.of(handle).assertValue(1);

    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(SUCCEEDED, recorder.stateAssumingLaunched("a"));
    assertEquals(new LaunchOutcome.AlreadySucceeded<>(), recorder.launch("a", body));
    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(1, body.runs());
  }

  @Test
  @DisplayName("A1, A3: a failure is kept with its cause, can be launched again, or forgotten")
  default void failure() {
    RecordingListener listener = new RecordingListener();
    RecorderFace recorder = bench().open(FaceSettings.defaults().with(listener)).recorder(LOAD);
    Throwable failure = fail(recorder, "a");
    assertEquals(Optional.of(failure), recorder.failure("a"));
    fail(recorder, "b");
    assertTrue(recorder.forget("b"));
    assertFalse(recorder.forget("b"));
    assertEquals(NOT_FOUND, recorder.state("b"));
    succeed(recorder, "a");

    assertEquals(Optional.empty(), recorder.failure("a"));
    assertFalse(recorder.forget("a"), "it is not failed");
    assertEquals(List.of(), listener.all("onUnobservedFailure"), "it is recorded");
  }

  @Test
  @DisplayName("A3: an Error, a cancel by its handle or by others, a time limit: all leave WORKING")
  default void endings() {
    Face face = bench().open();
    RecorderFace recorder = face.recorder(LOAD);
    Body<Integer> error = Body.of(Ending.ERROR::act);
    Outcome.of(launched(recorder.launch("error", error))).assertFailure(StackOverflowError.class);
    assertFailedBy(StackOverflowError.class, recorder, "error");

    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> given = launched(recorder.launch("given up", body));
    body.awaitStarted();
    assertTrue(given.cancel());
    assertFailedBy(OffloadCancelledException.class, recorder, "given up");

    launched(recorder.launch("cancelled", body));
    assertEquals(1, face.cancelAll());
    assertFailedBy(OffloadCancelledException.class, recorder, "cancelled");

    Handle<Integer> late = launched(recorder.launch("late", BRIEF_LIMIT, body));
    Outcome.of(late).assertFailure(OffloadTimeoutException.class);
    assertFailedBy(OffloadTimeoutException.class, recorder, "late");
  }

  @Test
  @DisplayName(
      "A3: a task of a scope that closes, or that is refused, is FAILED and can be launched")
  default void refused() {
    KindPolicy one = KindPolicy.unset().withConcurrency(new ConcurrencyLimit(1, 0));
    Face face = bench().open(FaceSettings.defaults().with(LOAD, one));
    ScopeFace scope = bench().scope(face, "request");
    RecorderFace recorder = scope.recorder(LOAD);
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> working = launched(recorder.launch("a", body));
    assertThrows(OffloadRejectedException.class, () -> recorder.launch("full", body));
    assertFailedWhileWorking(OffloadRejectedException.class, recorder, "full");
    body.release();
    Outcome.of(working).assertValue(1);
    Bounded.until("there is room", () -> face.activeCount() == 0);
    succeed(recorder, "full");
    Body<Integer> closed = bench().held(() -> 2);
    Handle<Integer> overtaken = launched(recorder.launch("b", closed));
    scope.cancel();

    Outcome.of(overtaken).assertCancelled(CancelReason.SCOPE_CLOSED);
    assertFailedBy(OffloadCancelledException.class, recorder, "b");
    assertThrows(ScopeClosedException.class, () -> recorder.launch("c", closed));
    assertFailedBy(ScopeClosedException.class, recorder, "c");
    assertEquals(SUCCEEDED, recorder.state("a"));
  }

  private static void assertFailedWhileWorking(
      Class<? extends Throwable> cause, RecorderFace recorder, String id) {
    assertEquals(FAILED, recorder.state(id));
    assertInstanceOf(cause, recorder.failure(id).orElseThrow());
    assertEquals(1, recorder.count(WORKING));
  }

  @Test
  @DisplayName("A2, R1: a task that is launched again waits for the body of before, if it is dying")
  default void relaunched() {
    RecorderFace recorder = recorder();
    Body<Integer> dying = bench().stubborn(() -> 1);
    Handle<Integer> first = launched(recorder.launch("a", dying));
    dying.awaitStarted();
    assertTrue(first.cancel());
    assertEquals(FAILED, recorder.state("a"));
    Body<Integer> next = Body.of(() -> dying.hasEnded() ? 2 : -1);
    Handle<Integer> second = launched(recorder.launch("a", next));
    assertEquals(WORKING, recorder.state("a"));
    assertEquals(JobState.QUEUED, second.jobState());
    dying.release();

    Outcome.of(second).assertValue(2);
    assertEquals(SUCCEEDED, recorder.state("a"));
  }

  @Test
  @DisplayName("A2: of racing launches one runs; of racing revokes one revokes")
  default void racingLaunches() {
    RecorderFace recorder = recorder();
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger revokes = new AtomicInteger();
    Body<Integer> task = Body.of(runs::incrementAndGet);
    Body<Integer> revoke = Body.of(revokes::incrementAndGet);
    try (Race race = new Race(4)) {
      for (int i = 0; i < 100; i++) {
        String id = "id" + i;
        List<LaunchOutcome<Handle<Integer>>> launches = race.all(() -> recorder.launch(id, task));
        var one = launches.stream().filter(LaunchOutcome.Launched.class::isInstance).toList();
        assertEquals(1, one.size());
        Outcome.of(launched(one.get(0))).assertValue(i + 1);
        assertEquals(SUCCEEDED, recorder.state(id));
        List<RevokeOutcome<Integer>> outcomes =
            race.all(() -> Bounded.get("the revoke", recorder.revoke(id, revoke)));
        assertEquals(1, outcomes.stream().filter(RevokeOutcome.Revoked.class::isInstance).count());
        assertEquals(NOT_FOUND, recorder.state(id));
      }
    }
    assertEquals(100, revokes.get());
  }

  @Test
  @DisplayName("A2: a success is revoked once, reads SUCCEEDED meanwhile, and may succeed again")
  default void revoke() {
    RecorderFace recorder = recorder();
    Body<Integer> body = bench().held(() -> 2);
    succeed(recorder, "a");
    CompletableFuture<RevokeOutcome<Integer>> revoke = recorder.revoke("a", body);
    body.awaitStarted();
    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(
        new RevokeOutcome.AlreadyRevoking<>(), Bounded.get("told", recorder.revoke("a", body)));
    assertEquals(new LaunchOutcome.AlreadySucceeded<>(), recorder.launch("a", body));
    assertEquals(0, recorder.dropSucceeded(List.of("a")), "it is being revoked");
    body.release();

    assertEquals(new RevokeOutcome.Revoked<>(2), Bounded.get("the revoke", revoke));
    assertEquals(NOT_FOUND, recorder.state("a"));
    assertEquals(1, body.runs());
    succeed(recorder, "a");
    assertRevoked(recorder, "a");
  }

  @Test
  @DisplayName("A2: a revoke of a task that did not succeed is told so, and leaves it as it was")
  default void revokeRefused() {
    RecorderFace recorder = recorder();
    Body<Integer> never = Body.of(() -> 2);
    Body<Integer> body = bench().held(() -> 1);
    fail(recorder, "failed");
    Handle<Integer> working = launched(recorder.launch("working", body));
    for (TaskState state : List.of(NOT_FOUND, FAILED, WORKING)) {
      String id = state == NOT_FOUND ? "unknown" : state.name().toLowerCase(java.util.Locale.ROOT);
      assertEquals(
          new RevokeOutcome.NotSucceeded<>(state), Bounded.get("told", recorder.revoke(id, never)));
      assertEquals(state, recorder.state(id));
    }
    assertEquals(0, never.runs());
    body.release();
    Outcome.of(working).assertValue(1);
    assertRevoked(recorder, "working");
  }

  @Test
  @DisplayName("A2: a revoke that fails or is cancelled by others leaves a success, to be revoked")
  default void revokeFails() {
    Face face = bench().open();
    RecorderFace recorder = face.recorder(LOAD);
    IOException failure = new IOException("on purpose");
    succeed(recorder, "a");
    Body<Integer> failing =
        Body.of(
            () -> {
              throw failure;
            });
    assertEquals(
        new RevokeOutcome.RevokeFailed<>(failure),
        Bounded.get("told", recorder.revoke("a", failing)));
    assertEquals(SUCCEEDED, recorder.state("a"));
    Body<Integer> body = bench().held(() -> 2);
    CompletableFuture<RevokeOutcome<Integer>> revoke = recorder.revoke("a", body);
    body.awaitStarted();
    assertEquals(1, face.cancelAll());
    var told =
        assertInstanceOf(RevokeOutcome.RevokeFailed.class, Bounded.get("told", revoke)).cause();
    assertEquals(
        CancelReason.CANCELLED, assertInstanceOf(OffloadCancelledException.class, told).reason());

    assertEquals(SUCCEEDED, recorder.state("a"));
    assertRevoked(recorder, "a");
  }

  @Test
  @DisplayName("A2: a revoke whose caller leaves is stopped; the next one waits for its body")
  default void revokeCancelled() {
    RecorderFace recorder = recorder();
    succeed(recorder, "a");
    Body<Integer> dying = bench().stubborn(() -> 1);
    CompletableFuture<RevokeOutcome<Integer>> revoke = recorder.revoke("a", dying);
    dying.awaitStarted();
    assertTrue(revoke.cancel(true));
    dying.awaitStopped();
    assertEquals(SUCCEEDED, recorder.state("a"));
    CompletableFuture<RevokeOutcome<Integer>> next =
        recorder.revoke("a", Body.of(() -> dying.hasEnded() ? 2 : -1));
    assertFalse(next.isDone());
    dying.release();

    assertEquals(new RevokeOutcome.Revoked<>(2), Bounded.get("the next", next));
    assertEquals(NOT_FOUND, recorder.state("a"));
  }

  @Test
  @DisplayName("A4: whoever is told the outcome never reads WORKING for that run")
  default void noOlderState() {
    RecorderFace recorder = recorder();
    for (int i = 0; i < 200; i++) {
      String id = "id" + i;
      boolean succeeds = i % 2 == 0;
      Body<Integer> body = bench().held(succeeds ? () -> 1 : Ending.EXCEPTION::act);
      var read =
          launched(recorder.launch(id, body)).outcome().thenApply(told -> recorder.state(id));
      body.release();
      assertEquals(succeeds ? SUCCEEDED : FAILED, Bounded.get("the state", read));
    }
  }

  @Test
  @DisplayName("A5: counts and lists; successes can be dropped, and then run again")
  default void counts() {
    RecorderFace recorder = recorder();
    Body<Integer> body = bench().held(() -> 1);
    succeed(recorder, "a");
    fail(recorder, "b");
    Handle<Integer> working = launched(recorder.launch("c", body));
    assertEquals(List.of("a"), recorder.tasks(SUCCEEDED));
    assertEquals(List.of("b"), recorder.tasks(FAILED));
    assertEquals(List.of("c"), recorder.tasks(WORKING));
    for (TaskState state : List.of(SUCCEEDED, FAILED, WORKING)) {
      assertEquals(1, recorder.count(state));
    }
    assertEquals(1, recorder.dropSucceeded(List.of("a", "b", "c", "d")));
    assertEquals(0, recorder.count(SUCCEEDED));
    assertEquals(NOT_FOUND, recorder.state("a"));
    succeed(recorder, "a");
    body.release();
    Outcome.of(working).assertValue(1);

    assertEquals(2, recorder.count(SUCCEEDED));
    assertEquals(0, recorder.count(WORKING));
    assertThrows(IllegalArgumentException.class, () -> recorder.tasks(NOT_FOUND));
    assertThrows(IllegalArgumentException.class, () -> recorder.count(NOT_FOUND));
  }

  @Test
  @DisplayName("A1: who watches is told every step of an id, in order, and nothing after leaving")
  default void transitions() {
    RecorderFace recorder = recorder();
    Queue<String> told = new ConcurrentLinkedQueue<>();
    Runnable watch = recorder.watch(event -> told.add(text(event)));
    fail(recorder, "a");
    succeed(recorder, "a");
    assertRevoked(recorder, "a");
    fail(recorder, "a");
    assertTrue(recorder.forget("a"));
    succeed(recorder, "a");
    assertEquals(1, recorder.dropSucceeded(List.of("a")));
    List<String> steps =
        List.of(
            "a NOT_FOUND WORKING",
            "a WORKING FAILED",
            "a FAILED WORKING",
            "a WORKING SUCCEEDED",
            "a SUCCEEDED NOT_FOUND",
            "a NOT_FOUND WORKING",
            "a WORKING FAILED",
            "a FAILED NOT_FOUND",
            "a NOT_FOUND WORKING",
            "a WORKING SUCCEEDED",
            "a SUCCEEDED NOT_FOUND");
    Bounded.until("all are told", () -> told.size() == steps.size());
    watch.run();
    succeed(recorder, "b");

    assertEquals(steps, List.copyOf(told));
  }

  private static String text(TaskEvent<String> event) {
    return event instanceof TaskEvent.Moved<String> moved
        ? moved.id() + " " + moved.from() + " " + moved.to()
        : event.toString();
  }
}
