package dev.offload.async;

import static dev.offload.TaskState.FAILED;
import static dev.offload.TaskState.NOT_FOUND;
import static dev.offload.TaskState.SUCCEEDED;
import static dev.offload.TaskState.WORKING;
import static dev.offload.contract.fixture.Work.LOAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConcurrencyLimit;
import dev.offload.ConflictPolicy;
import dev.offload.KindPolicy;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadConfig;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadKey;
import dev.offload.RevokeOutcome;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Work;
import dev.offload.coroutines.internal.recorder.TaskFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What only the Java face of a recorder has; the rest is in the contract. */
class AsyncTaskRecorderTest {
  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final AsyncTaskRecorder<String, Integer> recorder =
      AsyncTaskRecorder.create(manager, LOAD);
  private final Body<Integer> body = Body.held(() -> 1);

  @AfterEach
  void close() {
    body.release();
    Bounded.run("close", manager::close);
    assertEquals(0, recorder.count(WORKING), "A3: nothing sticks");
  }

  private void succeed(String id) {
    LaunchOutcome<OffloadFuture<Integer>> outcome = recorder.launch(id, () -> 1);
    if (outcome instanceof LaunchOutcome.Launched<OffloadFuture<Integer>> launched) {
      assertEquals(1, Bounded.get(id, launched.handle()));
    }
    assertEquals(SUCCEEDED, recorder.state(id));
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
  @DisplayName("R9: a watcher that is told in place has its snapshot, and what comes after it")
  void watchInPlace() {
    recorder.launch("a", body::runBlocking);
    List<TaskEvent<String>> told = new ArrayList<>();
    TaskWatch watch =
        Bounded.get(
            "watching begins",
            Bounded.supply(() -> TaskWatch.ofView(recorder.core, Runnable::run, 8, told::add)));
    try (watch) {
      recorder.launch("b", body::runBlocking);
    }
    assertEquals(new TaskEvent.Snapshot<>(Set.of("a"), Set.of()), told.get(0));
    assertEquals(2, told.size());
  }

  @Test
  @DisplayName("A1: a watch that missed something while it began is closed as a whole")
  void watchThatMissedAtOnce() {
    List<TaskEvent<String>> told = new ArrayList<>();
    Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    TaskFeed.Watcher<String> other =
        event -> {
          if (((TaskEvent.Moved<String>) event).id().equals("b")) {
            tasks.remove().run(); // the snapshot, and that "a" was missed
          }
        };
    recorder.core.feed().watch(other);
    TaskWatch watch =
        TaskWatch.ofView(
            recorder.core,
            task -> {
              tasks.add(task);
              recorder.launch("a", body::runBlocking);
              recorder.launch("b", body::runBlocking);
            },
            1,
            told::add);
    recorder.core.feed().leave(other);
    watch.close();
    tasks.forEach(Runnable::run);
    recorder.launch("c", body::runBlocking);
    tasks.forEach(Runnable::run);
    assertEquals(List.of(new TaskEvent.Snapshot<>(Set.of(), Set.of())), told);
  }

  @Test
  @DisplayName("A1, T3: launchWhenRoom that is interrupted has launched nothing")
  void launchWhenRoomInterrupted() {
    KindPolicy one = KindPolicy.unset().withConcurrency(new ConcurrencyLimit(1, 0));
    try (AsyncOffloadManager narrow =
        AsyncOffloadManager.builder()
            .config(OffloadConfig.builder().kind(LOAD, one).build())
            .build()) {
      AsyncTaskRecorder<String, Integer> tasks = AsyncTaskRecorder.create(narrow, LOAD);
      assertInstanceOf(LaunchOutcome.Launched.class, tasks.launch("a", body::runBlocking));
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> tasks.launchWhenRoom("b", () -> 2));
      assertEquals(NOT_FOUND, tasks.state("b"));
      body.release();
    }
  }

  @Test
  @DisplayName("A1: nobody but its recorder joins or runs what is under the key of a task")
  void keyOfTask() {
    var launched =
        assertInstanceOf(LaunchOutcome.Launched.class, recorder.launch("a", body::runBlocking));
    var key = assertInstanceOf(OffloadKey.Keyed.class, launched.handle().key());
    OffloadKey.Keyed<Integer> typed = LOAD.key(key.id()); // as anyone could make it
    assertEquals(key, typed);

    assertThrows(IllegalArgumentException.class, () -> manager.submit(typed, () -> 2));
    assertThrows(IllegalArgumentException.class, () -> manager.trySubmit(typed, () -> 2));
    assertThrows(IllegalArgumentException.class, () -> manager.share(typed, () -> 2));
    assertEquals(WORKING, recorder.state("a"));
    assertTrue(manager.cancel(typed));
    assertEquals(FAILED, recorder.state("a"));
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
        recorder.transitions(
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
        recorder.transitions(
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
    assertNamed("ids", () -> recorder.dropSucceeded((Iterable<String>) null));
    assertNamed("state", () -> recorder.tasks(null));
    assertNamed("state", () -> recorder.count((TaskState) null));
    assertNamed("watcher", () -> recorder.transitions(null));
    assertNamed("watcher", () -> recorder.watch(null));
    assertNamed("id", () -> recorder.awaitEnd(null));
    assertNamed("id", () -> recorder.launchWhenRoom(null, () -> 1));
    assertNamed("body", () -> recorder.launchWhenRoom("a", null));
    assertNamed("options", () -> recorder.launchWhenRoom("a", null, () -> 1));
    assertNamed("body", () -> recorder.launchStageWhenRoom("a", null));
    assertNamed("olderThan", () -> recorder.dropSucceeded((Duration) null));
    assertThrows(
        IllegalArgumentException.class, () -> recorder.launchWhenRoom("a", replace, () -> 1));
    assertThrows(IllegalArgumentException.class, () -> recorder.launch("a", replace, () -> 1));
    assertEquals(NOT_FOUND, recorder.state("a"));
  }
}
