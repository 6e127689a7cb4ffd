package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.LaunchOutcome;
import dev.offload.RevokeOutcome;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Body;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.HostileId;
import dev.offload.contract.fixture.HostileLog;
import dev.offload.contract.fixture.Neighbours;
import dev.offload.contract.fixture.Once;
import dev.offload.contract.fixture.Outcome;
import dev.offload.contract.fixture.Refusal;
import dev.offload.contract.fixture.Work;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A recorder among ids and watchers that behave badly")
class HostileRecorderTest {
  private final Neighbours neighbours = new Neighbours();
  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final AsyncTaskRecorder<HostileId, Integer> recorder =
      AsyncTaskRecorder.create(manager, Work.LOAD);

  @AfterEach
  void close() {
    neighbours.letGo();
    Bounded.run("the manager comes to rest", manager::close);
    assertEquals(0, recorder.count(TaskState.WORKING), "A3: nothing sticks");
    neighbours.assertNoThreadStaysBusy();
  }

  private OffloadFuture<Integer> launched(HostileId id, Callable<Integer> body) {
    LaunchOutcome<OffloadFuture<Integer>> outcome = recorder.launch(id, body);
    if (outcome instanceof LaunchOutcome.Launched<OffloadFuture<Integer>> launched) {
      return launched.handle();
    }
    throw new AssertionError("not launched: " + outcome);
  }

  /** Works until the end of the test. */
  private void working(HostileId id) {
    Body<Integer> body = Body.held(() -> 0);
    neighbours.atEnd(body::release);
    var unused = launched(id, body::runBlocking);
    body.awaitStarted();
  }

  private void revoke(HostileId id) {
    var outcome = Bounded.get("the revoke", recorder.revoke(id, () -> "done"));
    assertEquals(new RevokeOutcome.Revoked<>("done"), outcome);
    assertEquals(TaskState.NOT_FOUND, recorder.state(id));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20})
  @DisplayName(
      "A3: a task whose id throws once when it succeeds reads SUCCEEDED and can be revoked")
  void idThatThrowsAtASuccess(int comparison) {
    Once once = new Once();
    HostileId neighbour = new HostileId("neighbour").onEquals(once);
    assertEquals(0, Bounded.get("the neighbour", launched(neighbour, () -> 0)));
    working(new HostileId("at work").onEquals(once));
    HostileId id = new HostileId("same").onEquals(once);
    OffloadFuture<Integer> future =
        launched(
            id,
            () -> {
              once.arm(comparison, () -> new IllegalStateException("not comparable"));
              return 1;
            });
    assertEquals(1, Bounded.get("its caller is told", future));
    once.disarm();

    assertEquals(TaskState.SUCCEEDED, recorder.state(id));
    assertInstanceOf(LaunchOutcome.AlreadySucceeded.class, recorder.launch(id, () -> 2));
    revoke(id);
    assertEquals(3, Bounded.get("launched anew", launched(id, () -> 3)));
    revoke(neighbour);
  }

  @Test
  @DisplayName(
      "R9: an id that asks for its own task while that ends is answered, and the task ends")
  void idThatComesBackAtTheEnd() {
    HostileId neighbour = new HostileId("neighbour");
    assertEquals(0, Bounded.get("the neighbour", launched(neighbour, () -> 0)));
    HostileId id = new HostileId("same");
    AtomicInteger depth = new AtomicInteger();
    AtomicBoolean on = new AtomicBoolean();
    AtomicReference<OffloadFuture<Integer>> own = new AtomicReference<>();
    Runnable comesBack =
        () -> {
          if (on.get() && depth.getAndIncrement() == 0) {
            var unused = recorder.state(id);
            var unused2 = own.get().jobState();
            var unused3 = own.get().cancel();
          }
          depth.set(0);
        };
    neighbour.onEquals(comesBack);
    CountDownLatch submitted = new CountDownLatch(1);
    OffloadFuture<Integer> future =
        launched(
            id,
            () -> {
              submitted.await();
              on.set(true);
              return 1;
            });
    own.set(future);
    submitted.countDown();
    assertEquals(1, Bounded.get("its caller is told", future));
    on.set(false);
    assertEquals(TaskState.SUCCEEDED, recorder.state(id));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20})
  @DisplayName(
      "A3: a task whose id throws once when it fails reads FAILED and can be launched again")
  void idThatThrowsAtAFailure(int comparison) {
    Once once = new Once();
    HostileId neighbour = new HostileId("neighbour").onEquals(once);
    assertEquals(0, Bounded.get("the neighbour", launched(neighbour, () -> 0)));
    working(new HostileId("at work").onEquals(once));
    HostileId id = new HostileId("same").onEquals(once);
    IOException failure = new IOException("on purpose");
    OffloadFuture<Integer> future =
        launched(
            id,
            () -> {
              once.arm(comparison, () -> new IllegalStateException("not comparable"));
              throw failure;
            });
    assertTrue(Bounded.get("its caller is told", future.handle(Outcome::new)).failure() == failure);
    once.disarm();

    assertEquals(TaskState.FAILED, recorder.state(id));
    assertEquals(failure, recorder.failure(id).orElseThrow());
    assertEquals(3, Bounded.get("launched anew", launched(id, () -> 3)));
    assertEquals(TaskState.SUCCEEDED, recorder.state(id));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20})
  @DisplayName("A2: a task whose id throws once while it is revoked can be revoked, or is")
  void idThatThrowsAtARevoke(int comparison) {
    Once once = new Once();
    HostileId neighbour = new HostileId("neighbour").onEquals(once);
    assertEquals(0, Bounded.get("the neighbour", launched(neighbour, () -> 0)));
    working(new HostileId("at work").onEquals(once));
    HostileId id = new HostileId("same").onEquals(once);
    assertEquals(1, Bounded.get("the task", launched(id, () -> 1)));
    var first =
        recorder.revoke(
            id,
            () -> {
              once.arm(comparison, () -> new IllegalStateException("not comparable"));
              return "done";
            });
    Bounded.until("the revoke is answered", first::isDone);
    once.disarm();
    if (recorder.state(id) == TaskState.SUCCEEDED) {
      revoke(id);
    }

    assertEquals(TaskState.NOT_FOUND, recorder.state(id));
    assertEquals(4, Bounded.get("launched anew", launched(id, () -> 4)));
    Bounded.until("no key is taken", () -> manager.activeCount() == 1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a watcher that throws is told the next event, and costs no task its end")
  void watcherThatThrows(Refusal thrown) {
    AtomicInteger told = new AtomicInteger();
    TaskWatch watch =
        recorder.transitions(
            event -> {
              told.incrementAndGet();
              thrown.raise();
            });
    neighbours.atEnd(watch::close);
    for (int i = 0; i < 5; i++) {
      HostileId id = new HostileId("task " + i);
      assertEquals(1, Bounded.get("the task", launched(id, () -> 1)));
      assertEquals(TaskState.SUCCEEDED, recorder.state(id));
    }
    Bounded.until("it is told all", () -> told.get() == 10);
  }

  @Test
  @DisplayName("R9: a watcher that throws, with a log that throws, is told the next event")
  void watcherAndLogThatThrow() {
    HostileLog log = neighbours.log(record -> Refusal.EXCEPTION.raise());
    AtomicInteger told = new AtomicInteger();
    TaskWatch watch =
        recorder.transitions(
            event -> {
              told.incrementAndGet();
              Refusal.EXCEPTION.raise();
            });
    neighbours.atEnd(watch::close);
    for (int i = 0; i < 5; i++) {
      HostileId id = new HostileId("task " + i);
      assertEquals(1, Bounded.get("the task", launched(id, () -> 1)));
    }
    Bounded.until("it is told all", () -> told.get() == 10);
    Bounded.until("it is logged", () -> log.records() > 0);
  }

  @Test
  @DisplayName("R9: a watcher that blocks delays no task and no other watcher")
  void watcherThatBlocks() {
    Block block = neighbours.block();
    TaskWatch blocked = recorder.transitions(event -> block.hold());
    neighbours.atEnd(blocked::close);
    Queue<TaskEvent<HostileId>> events = new ConcurrentLinkedQueue<>();
    TaskWatch other = recorder.transitions(events::add);
    neighbours.atEnd(other::close);
    HostileId id = new HostileId("task");
    assertEquals(1, Bounded.get("the task", launched(id, () -> 1)));
    block.awaitArrival();

    Bounded.until("the other is told", () -> events.size() == 2);
    revoke(id);
    assertEquals(2, Bounded.get("the next", launched(id, () -> 2)));
    Bounded.run("close of a watch that blocks returns", blocked::close);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: a watcher that throws at the snapshot is told what comes after it")
  void watcherThatThrowsAtTheSnapshot(Refusal thrown) {
    AtomicInteger told = new AtomicInteger();
    TaskWatch watch =
        recorder.watch(
            event -> {
              told.incrementAndGet();
              thrown.raise();
            });
    neighbours.atEnd(watch::close);
    for (int i = 0; i < 5; i++) {
      HostileId id = new HostileId("task " + i);
      assertEquals(1, Bounded.get("the task", launched(id, () -> 1)));
    }
    Bounded.until("it is told all", () -> told.get() == 11);
  }

  @Test
  @DisplayName("R9: a watcher that blocks at the snapshot delays no task and no other watcher")
  void watcherThatBlocksAtTheSnapshot() {
    Block block = neighbours.block();
    TaskWatch blocked = recorder.watch(event -> block.hold());
    neighbours.atEnd(blocked::close);
    block.awaitArrival();
    Queue<TaskEvent<HostileId>> events = new ConcurrentLinkedQueue<>();
    TaskWatch other = recorder.watch(events::add);
    neighbours.atEnd(other::close);
    HostileId id = new HostileId("task");
    assertEquals(1, Bounded.get("the task", launched(id, () -> 1)));

    Bounded.until("the other is told", () -> events.size() == 3);
    revoke(id);
    Bounded.run("close of a watch that blocks returns", blocked::close);
  }

  @Test
  @DisplayName("R9: a watcher may begin to watch, launch and close in the call of the snapshot")
  void watcherThatWatches() {
    AtomicInteger left = new AtomicInteger(20);
    Queue<TaskWatch> watches = new ConcurrentLinkedQueue<>();
    neighbours.atEnd(() -> watches.forEach(TaskWatch::close));
    watches.add(recorder.watch(event -> watchesAgain(event, left, watches)));

    Bounded.until("it has come back often", () -> left.get() <= 0);
  }

  private void watchesAgain(
      TaskEvent<HostileId> event, AtomicInteger left, Queue<TaskWatch> watches) {
    int number = left.decrementAndGet();
    if (event instanceof TaskEvent.Snapshot && number > 0) {
      watches.forEach(TaskWatch::close);
      HostileId id = new HostileId("again " + number);
      assertEquals(1, Bounded.get("the inner task", launched(id, () -> 1)));
      watches.add(recorder.watch(inner -> watchesAgain(inner, left, watches)));
    }
  }

  @Test
  @DisplayName("R9: a watcher may launch, revoke and close its watch in a call")
  void watcherThatComesBack() {
    AtomicInteger left = new AtomicInteger(20);
    TaskWatch[] watch = new TaskWatch[1];
    watch[0] =
        recorder.transitions(
            event -> {
              int number = left.decrementAndGet();
              if (number > 0) {
                HostileId id = new HostileId("again " + number);
                Bounded.get("the inner task", launched(id, () -> 1));
                revoke(id);
              }
            });
    neighbours.atEnd(watch[0]::close);
    HostileId id = new HostileId("task");
    assertEquals(1, Bounded.get("the task", launched(id, () -> 1)));

    Bounded.until("it has come back often", () -> left.get() <= 0);
    revoke(id);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R9: ids that are handed over one by one may throw and come back")
  void idsThatThrowAndComeBack(Refusal thrown) {
    HostileId dropped = new HostileId("dropped");
    HostileId kept = new HostileId("kept");
    HostileId inner = new HostileId("inner");
    assertEquals(1, Bounded.get("the first task", launched(dropped, () -> 1)));
    assertEquals(2, Bounded.get("the second task", launched(kept, () -> 2)));
    Iterator<HostileId> ids =
        new Iterator<>() {
          private boolean first = true;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public HostileId next() {
            if (first) {
              first = false;
              return dropped;
            }
            assertEquals(3, Bounded.get("the inner task", launched(inner, () -> 3)));
            thrown.raise();
            return kept;
          }
        };
    assertThrows(Throwable.class, () -> recorder.dropSucceeded(() -> ids));

    assertEquals(TaskState.NOT_FOUND, recorder.state(dropped));
    assertEquals(TaskState.SUCCEEDED, recorder.state(kept));
    assertEquals(TaskState.SUCCEEDED, recorder.state(inner));
    assertEquals(2, recorder.dropSucceeded(List.of(dropped, kept, inner)));
  }
}
