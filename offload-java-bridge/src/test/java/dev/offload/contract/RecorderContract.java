package dev.offload.contract;

import static dev.offload.TaskState.FAILED;
import static dev.offload.TaskState.NOT_FOUND;
import static dev.offload.TaskState.SUCCEEDED;
import static dev.offload.TaskState.WORKING;
import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.CancelReason;
import dev.offload.ConcurrencyLimit;
import dev.offload.JobState;
import dev.offload.KeepValues;
import dev.offload.KindPolicy;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadRejectedException;
import dev.offload.OffloadTimeoutException;
import dev.offload.RevokeOutcome;
import dev.offload.ScopeClosedException;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.TimeoutPolicy;
import dev.offload.async.AsyncTaskRecorder;
import dev.offload.contract.face.Face;
import dev.offload.contract.face.FaceScope;
import dev.offload.contract.face.FaceSettings;
import dev.offload.contract.face.Handle;
import dev.offload.contract.face.RecorderFace;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Ending;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.RecordingListener;
import dev.offload.contract.fixture.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A1 to A5: what is remembered of tasks. */
public interface RecorderContract extends Contract {
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

  private static Handle<Integer> joined(LaunchOutcome<Handle<Integer>> outcome) {
    if (outcome instanceof LaunchOutcome.AlreadyWorking<Handle<Integer>> working) {
      return working.handle();
    }
    throw new AssertionError("not joined, but " + outcome);
  }

  private RecorderFace limited(int jobs, int places) {
    KindPolicy policy = KindPolicy.unset().withConcurrency(new ConcurrencyLimit(jobs, places));
    return bench().open(FaceSettings.defaults().with(LOAD, policy)).recorder(LOAD);
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
    assertInstanceOf(LaunchOutcome.AlreadyWorking.class, recorder.launch("a", body));
    body.release();
    Outcome.of(handle).assertValue(1);

    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(SUCCEEDED, recorder.stateAssumingLaunched("a"));
    assertEquals(new LaunchOutcome.AlreadySucceeded<>(null), recorder.launch("a", body));
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
    FaceScope scope = bench().scope(face, "request");
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
        for (var launch : launches) {
          if (launch instanceof LaunchOutcome.AlreadyWorking<Handle<Integer>> working) {
            Outcome.of(working.handle()).assertValue(i + 1);
          }
        }
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
  @DisplayName("L1: who launches a task that works joins its run, and leaves it to who launched")
  default void joinsRun() {
    Face face = bench().open();
    RecorderFace recorder = face.recorder(LOAD);
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> never = Body.of(() -> 2);
    Handle<Integer> first = launched(recorder.launch("a", body));
    Handle<Integer> leaves = joined(recorder.launch("a", never));
    Handle<Integer> stays = joined(recorder.launch("a", never));
    assertFalse(first.joined());
    assertTrue(leaves.joined());
    assertEquals(first.key(), leaves.key());
    assertEquals(2, face.snapshot().total().joined());
    assertTrue(leaves.cancel());
    assertFalse(leaves.cancel());
    assertEquals(WORKING, recorder.state("a"));
    body.release();

    Outcome.of(first).assertValue(1);
    Outcome.of(stays).assertValue(1);
    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("L1, L3: the last lease given up cancels the run, which nobody joins any more")
  default void lastLease() {
    RecorderFace recorder = recorder();
    Body<Integer> dying = bench().stubborn(() -> 1);
    Handle<Integer> first = launched(recorder.launch("a", dying));
    dying.awaitStarted();
    Handle<Integer> second = joined(recorder.launch("a", dying));
    assertTrue(first.cancel());
    assertEquals(WORKING, recorder.state("a"));
    assertTrue(second.cancel());
    assertEquals(FAILED, recorder.state("a"));
    assertInstanceOf(OffloadCancelledException.class, recorder.failure("a").orElseThrow());
    Handle<Integer> anew = launched(recorder.launch("a", Body.of(() -> dying.hasEnded() ? 2 : -1)));
    joined(recorder.launch("a", dying));
    dying.release();

    Outcome.of(anew).assertValue(2);
    assertEquals(1, dying.runs());
  }

  @Test
  @DisplayName("A1: a body that runs where it is launched, and launches its own task, joins itself")
  default void joinsItself() {
    RecorderFace recorder =
        bench().open(FaceSettings.defaults().with(FaceSettings.DIRECT)).recorder(LOAD);
    Body<Integer> never = Body.of(() -> 2);
    Body<Integer> body =
        Body.of(() -> joined(recorder.launch("a", never)).jobState() == JobState.RUNNING ? 1 : -1);
    Outcome.of(launched(recorder.launch("a", body))).assertValue(1);

    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("A1, T3: launchWhenRoom waits while the queue is full; the task is as before then")
  default void launchWhenRoom() {
    RecorderFace recorder = limited(1, 0);
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> second = bench().held(() -> 2);
    Body<Integer> never = Body.of(() -> 3);
    Throwable failure = fail(recorder, "failed");
    Bounded.until("there is room", () -> recorder.joinAll().start().isDone());
    Handle<Integer> working = launched(recorder.launch("a", body));
    var waiting = recorder.launchWhenRoom("b", second).start();
    var givenUp = recorder.launchWhenRoom("c", never).start();
    var alsoGivenUp = recorder.launchWhenRoom("failed", never).start();
    assertFalse(waiting.isDone());
    assertFalse(givenUp.isDone());
    assertEquals(NOT_FOUND, recorder.state("b"));
    joined(Outcome.of(recorder.launchWhenRoom("a", never).start()).value());
    assertTrue(givenUp.cancel(true));
    assertTrue(alsoGivenUp.cancel(true));
    body.release();
    Outcome.of(working).assertValue(1);
    second.awaitStarted();
    Handle<Integer> placed = launched(Outcome.of(waiting).value());
    assertEquals(WORKING, recorder.state("b"));
    second.release();

    Outcome.of(placed).assertValue(2);
    assertEquals(NOT_FOUND, recorder.state("c"));
    assertEquals(FAILED, recorder.state("failed"));
    assertEquals(Optional.of(failure), recorder.failure("failed"));
    assertEquals(0, never.runs());
  }

  @Test
  @DisplayName("A1, T3: who waited for room joins what others launched, or finds it done")
  default void launchedMeanwhile() {
    RecorderFace recorder = limited(2, 0);
    Body<Integer> body = bench().held(() -> 1);
    Body<Integer> other = bench().held(() -> 1);
    Body<Integer> task = bench().held(() -> 2);
    launched(recorder.launch("a", body));
    launched(recorder.launch("b", other));
    var first = recorder.launchWhenRoom("c", task).start();
    var second = recorder.launchWhenRoom("c", task).start();
    var third = recorder.launchWhenRoom("c", task).start();
    body.release();
    Handle<Integer> handle = launched(Outcome.of(first).value());
    other.release();
    Handle<Integer> joined = joined(Outcome.of(second).value());
    joined(Outcome.of(third).value());
    task.release();

    Outcome.of(handle).assertValue(2);
    Outcome.of(joined).assertValue(2);
    assertEquals(1, task.runs());
    assertEquals(
        new LaunchOutcome.AlreadySucceeded<>(null),
        Outcome.of(recorder.launchWhenRoom("c", task).start()).value());
  }

  @Test
  @DisplayName("A2, T3: of racing launches that wait for room one runs, and no place is lost")
  default void racingForRoom() {
    RecorderFace recorder = limited(2, 2);
    Body<Integer> task = Body.of(() -> 1);
    try (Race race = new Race(4)) {
      for (int i = 0; i < 300; i++) {
        String id = "id" + i;
        var launches = race.all(() -> recorder.launchWhenRoom(id, task).block().value());
        assertEquals(1, launches.stream().filter(LaunchOutcome.Launched.class::isInstance).count());
      }
    }
    Outcome.of(recorder.joinAll().start());
    Body<Integer> body = bench().held(() -> 1);
    for (int i = 0; i < 4; i++) {
      launched(recorder.launch("held " + i, body));
    }
    assertThrows(OffloadRejectedException.class, () -> recorder.launch("full", body));
  }

  @Test
  @DisplayName("A1, T3: a loop over many more ids than a limit has room for loses none")
  default void manyWhenRoom() throws InterruptedException {
    RecorderFace recorder = limited(50, 50);
    AtomicInteger runs = new AtomicInteger();
    Body<Integer> body = Body.of(runs::incrementAndGet);
    int ids = 20_000;
    for (int i = 0; i < ids; i++) {
      launched(recorder.launchWhenRoom("id" + i, body).block().value());
    }
    Outcome.of(recorder.joinAll().start());

    assertEquals(ids, recorder.count(SUCCEEDED));
    assertEquals(ids, runs.get());
  }

  @Test
  @DisplayName("A3, R6: who waits for the end of a task is told when its body has ended, too")
  default void awaitEnd() {
    RecorderFace recorder = recorder();
    assertEquals(NOT_FOUND, Outcome.of(recorder.awaitEnd("a").start()).value());
    Body<Integer> body = bench().held(() -> 1);
    launched(recorder.launch("a", body));
    var first = recorder.awaitEnd("a").start();
    var leaves = recorder.awaitEnd("a").start();
    assertFalse(first.isDone());
    assertTrue(leaves.cancel(true));
    assertEquals(WORKING, recorder.state("a"));
    body.release();
    assertEquals(SUCCEEDED, Outcome.of(first).value());
    assertEquals(SUCCEEDED, Outcome.of(recorder.awaitEnd("a").start()).value());

    Body<Integer> dying = bench().stubborn(() -> 1);
    Handle<Integer> handle = launched(recorder.launch("b", dying));
    dying.awaitStarted();
    var second = recorder.awaitEnd("b").start();
    assertTrue(handle.cancel());
    assertEquals(FAILED, recorder.state("b"));
    var third = recorder.awaitEnd("b").start();
    assertFalse(second.isDone());
    assertFalse(third.isDone());
    dying.release();
    assertEquals(FAILED, Outcome.of(second).value());
    assertEquals(FAILED, Outcome.of(third).value());
    assertTrue(dying.hasEnded());

    Body<Integer> revoke = bench().held(() -> 2);
    var revoking = recorder.revoke("a", revoke);
    var fourth = recorder.awaitEnd("a").start();
    assertFalse(fourth.isDone());
    revoke.release();
    assertEquals(NOT_FOUND, Outcome.of(fourth).value());
    assertEquals(new RevokeOutcome.Revoked<>(2), Bounded.get("the revoke", revoking));
  }

  @Test
  @DisplayName("E5: a body that waits for the end of its own task, or of all, is told so")
  default void awaitsOwnEnd() {
    RecorderFace recorder = recorder();
    Body<Integer> ofTask =
        bench()
            .waiting(
                () -> recorder.awaitEnd("a"),
                told -> {
                  told.assertFailure(OffloadCycleException.class);
                  return 1;
                })
            .release();
    Outcome.of(launched(recorder.launch("a", ofTask))).assertValue(1);
    Body<Integer> ofAll =
        bench()
            .waiting(
                recorder::joinAll,
                told -> {
                  told.assertFailure(OffloadCycleException.class);
                  return 2;
                })
            .release();
    Outcome.of(launched(recorder.launch("b", ofAll))).assertValue(2);
  }

  @Test
  @DisplayName("A3, R6: joinAll and cancelAll are about the recorder's own runs and revokes")
  default void ownRuns() {
    Face face = bench().open();
    RecorderFace recorder = face.recorder(LOAD);
    RecorderFace another = face.recorder(LOAD);
    Body<Integer> others = bench().held(() -> 1);
    Handle<Integer> job = face.submit(LOAD.key("job"), others);
    Handle<Integer> task = launched(another.launch("a", others));
    Outcome.of(recorder.joinAll().start());
    assertEquals(0, recorder.cancelAll());
    succeed(recorder, "revoked");
    Body<Integer> body = bench().stubborn(() -> 2);
    launched(recorder.launch("a", body));
    launched(recorder.launch("b", body));
    var revoking = recorder.revoke("revoked", body);
    var all = recorder.joinAll().start();
    assertEquals(3, recorder.cancelAll());
    assertEquals(0, recorder.cancelAll());
    assertEquals(2, recorder.count(FAILED));
    assertInstanceOf(RevokeOutcome.RevokeFailed.class, Bounded.get("the revoke", revoking));
    assertEquals(SUCCEEDED, recorder.state("revoked"));
    body.release();
    Outcome.of(all);
    Outcome.of(recorder.joinAll().start());
    assertEquals(WORKING, another.state("a"));
    others.release();

    Outcome.of(job).assertValue(1);
    Outcome.of(task).assertValue(1);
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
    assertEquals(new LaunchOutcome.AlreadySucceeded<>(null), recorder.launch("a", body));
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
    Runnable watch = recorder.transitions(event -> told.add(text(event)));
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

  private static Handle<Integer> kept(RecorderFace recorder, String id) {
    var outcome = recorder.launch(id, Body.of(() -> -1));
    if (outcome instanceof LaunchOutcome.AlreadySucceeded<Handle<Integer>> succeeded) {
      return succeeded.handle();
    }
    throw new AssertionError("not succeeded, but " + outcome);
  }

  private static void succeed(RecorderFace recorder, String id, Integer value) {
    Outcome.of(launched(recorder.launch(id, Body.of(() -> value)))).assertValue(value);
  }

  @Test
  @DisplayName("A2: the values of the newest successes are kept if asked for, and told at once")
  default void keptValues() {
    RecorderFace recorder = bench().open().recorder(LOAD, KeepValues.of(2, Duration.ofDays(1)));
    succeed(recorder, "a", 1);
    succeed(recorder, "b", 2);
    Handle<Integer> a = kept(recorder, "a");
    assertEquals(JobState.SUCCEEDED, a.jobState());
    assertTrue(a.joined());
    assertFalse(a.cancel());
    Outcome.of(a).assertValue(1);
    Outcome.of(kept(recorder, "b")).assertValue(2);
    succeed(recorder, "c", 3);

    assertEquals(null, kept(recorder, "a"), "it fell out");
    assertEquals(SUCCEEDED, recorder.state("a"));
    assertEquals(3, recorder.count(SUCCEEDED));
    Outcome.of(kept(recorder, "b")).assertValue(2);
    Outcome.of(kept(recorder, "c")).assertValue(3);
  }

  @Test
  @DisplayName(
      "A2: a value is kept while a revoke is under way, or failed, and gone with a success")
  default void keptWhileRevoking() {
    RecorderFace recorder = bench().open().recorder(LOAD, KeepValues.of(10, Duration.ofDays(1)));
    succeed(recorder, "a", 1);
    Body<Integer> failing = bench().held(Ending.EXCEPTION::act);
    var revoke = recorder.revoke("a", failing);
    failing.awaitStarted();
    Outcome.of(kept(recorder, "a")).assertValue(1);
    failing.release();
    assertInstanceOf(RevokeOutcome.RevokeFailed.class, Bounded.get("the revoke", revoke));
    Outcome.of(kept(recorder, "a")).assertValue(1);
    assertRevoked(recorder, "a");
    succeed(recorder, "a", 2);
    Outcome.of(kept(recorder, "a")).assertValue(2);
    assertEquals(1, recorder.dropSucceeded(List.of("a")));
    assertEquals(0, recorder.count(SUCCEEDED));
    succeed(recorder, "a", 3);

    Outcome.of(kept(recorder, "a")).assertValue(3);
  }

  @Test
  @DisplayName("A1: successes are dropped by age, where ages are kept")
  default void dropByAge() {
    Face face = bench().open();
    RecorderFace recorder = face.recorder(LOAD, KeepValues.of(1, Duration.ofNanos(1)));
    Body<Integer> body = bench().held(() -> 1);
    succeed(recorder, "a", 1);
    succeed(recorder, "b", 2);
    fail(recorder, "failed");
    succeed(recorder, "revoked", 3);
    var revoke = recorder.revoke("revoked", body);
    assertEquals(0, recorder.dropSucceeded(Duration.ofDays(1)));
    long before = System.nanoTime();
    Bounded.until("time goes on", () -> System.nanoTime() > before);
    assertEquals(null, kept(recorder, "b"), "it is too old");
    assertEquals(2, recorder.dropSucceeded(Duration.ZERO));
    assertEquals(NOT_FOUND, recorder.state("a"));
    assertEquals(FAILED, recorder.state("failed"));
    assertEquals(SUCCEEDED, recorder.state("revoked"));
    assertEquals(1, recorder.count(SUCCEEDED));
    body.release();
    assertEquals(new RevokeOutcome.Revoked<>(1), Bounded.get("the revoke", revoke));

    RecorderFace plain = face.recorder(LOAD);
    assertThrows(IllegalStateException.class, () -> plain.dropSucceeded(Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> recorder.dropSucceeded(Duration.ofNanos(-1)));
  }

  @Test
  @DisplayName("A1, A5: who watches is told what there is, and then every step after it")
  default void watch() {
    RecorderFace recorder = recorder();
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> working = launched(recorder.launch("working", body));
    fail(recorder, "failed");
    succeed(recorder, "succeeded");
    Queue<TaskEvent<String>> told = new ConcurrentLinkedQueue<>();
    Runnable watch = recorder.watch(told::add);
    Bounded.until("the snapshot is told", () -> told.size() == 1);
    assertEquals(new TaskEvent.Snapshot<>(Set.of("working"), Set.of("failed")), told.poll());
    body.release();
    Outcome.of(working).assertValue(1);
    assertRevoked(recorder, "succeeded");
    assertTrue(recorder.forget("failed"));
    List<String> steps =
        List.of(
            "working WORKING SUCCEEDED",
            "succeeded SUCCEEDED NOT_FOUND",
            "failed FAILED NOT_FOUND");
    Bounded.until("all are told", () -> told.size() == steps.size());
    watch.run();
    succeed(recorder, "later");

    assertEquals(steps, told.stream().map(RecorderContract::text).toList());
  }

  @Test
  @DisplayName("A1: who watches and falls behind is told a new snapshot in place of what he missed")
  default void watchFromBehind() {
    RecorderFace recorder = recorder();
    Queue<TaskEvent<String>> told = new ConcurrentLinkedQueue<>();
    CountDownLatch held = new CountDownLatch(1);
    Runnable watch =
        recorder.watch(
            event -> {
              told.add(event);
              Work.unchecked(() -> held.await(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS));
            });
    Bounded.until("the first snapshot is told", () -> told.size() == 1);
    int tasks = AsyncTaskRecorder.FEED_CAPACITY;
    for (int i = 0; i < tasks; i++) {
      succeed(recorder, "task " + i);
    }
    Body<Integer> body = bench().held(() -> 1);
    Handle<Integer> last = launched(recorder.launch("last", body));
    held.countDown();
    Bounded.until(
        "the second snapshot is told",
        () -> told.stream().filter(TaskEvent.Snapshot.class::isInstance).count() == 2);
    body.release();
    Outcome.of(last).assertValue(1);
    Bounded.until(
        "the last step is told",
        () -> told.stream().anyMatch(event -> text(event).equals("last WORKING SUCCEEDED")));
    watch.run();
    List<TaskEvent<String>> all = List.copyOf(told);
    int second = all.indexOf(new TaskEvent.Snapshot<>(Set.of("last"), Set.of()));

    assertEquals(TaskEvent.Snapshot.class, all.get(second).getClass());
    assertEquals(all.size() - 2, second, "only the last step is after it");
  }

  private static String text(TaskEvent<String> event) {
    return event instanceof TaskEvent.Moved<String> moved
        ? moved.id() + " " + moved.from() + " " + moved.to()
        : event.toString();
  }
}
