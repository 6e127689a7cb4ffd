package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.LaunchOutcome;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Work;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A watch whose threads do not come, come too late, or go too early")
class TaskWatchTest {
  private static final int SMALL_STACK = 256 * 1024;
  private static final int CAPACITY = 1_000;

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final AsyncTaskRecorder<Object, Integer> recorder =
      AsyncTaskRecorder.create(manager, Work.LOAD);

  /** What the watch gave away to be run. */
  private final Queue<Runnable> sent = new ConcurrentLinkedQueue<>();

  private final Queue<TaskEvent<Object>> told = new ConcurrentLinkedQueue<>();
  private final AtomicInteger offered = new AtomicInteger();
  private final AtomicReference<RuntimeException> refusal = new AtomicReference<>();

  private TaskWatch watch;

  @AfterEach
  void close() {
    watch.close();
    Bounded.run("the manager comes to rest", manager::close);
  }

  private void watch(Consumer<TaskEvent<Object>> consumer) {
    watch = TaskWatch.ofSteps(recorder.core.feed(), this::send, CAPACITY, consumer);
    // It comes after the one that is tested, so what it was told that one was offered.
    var unused =
        TaskWatch.ofSteps(
            recorder.core.feed(), Runnable::run, CAPACITY, event -> offered.incrementAndGet());
  }

  private void send(Runnable thread) {
    sent.add(thread);
    RuntimeException thrown = refusal.get();
    if (thrown != null) {
      throw thrown;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Two steps: it works, and succeeds. */
  private void task(Object id) {
    int before = offered.get();
    var outcome = recorder.launch(id, () -> 1);
    if (!(outcome instanceof LaunchOutcome.Launched<OffloadFuture<Integer>> launched)) {
      throw new AssertionError("not launched: " + outcome);
    }
    assertEquals(1, Bounded.get("the task", launched.handle()));
    Bounded.until("its steps were offered", () -> offered.get() == before + 2);
    assertEquals(TaskState.SUCCEEDED, recorder.state(id));
  }

  private static List<String> steps(int... ids) {
    return IntStream.of(ids)
        .boxed()
        .flatMap(id -> List.of(id + " WORKING", id + " SUCCEEDED").stream())
        .toList();
  }

  private List<String> told() {
    return told.stream()
        .map(event -> (TaskEvent.Moved<Object>) event)
        .map(step -> step.id() + " " + step.to())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("R9: what could not be handed over is told with the next event, once and in order")
  void refusedOnce(boolean comesThough) {
    watch(told::add);
    refusal.set(new RejectedExecutionException("busy"));
    task(1);
    if (!comesThough) {
      sent.clear();
    }
    refusal.set(null);
    task(2);
    sent.forEach(Runnable::run);
    assertEquals(steps(1, 2), told());
  }

  @Test
  @DisplayName("R9: a thread that comes although sending it failed tells nothing beside another")
  void oneAtATime() throws InterruptedException {
    CountDownLatch telling = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    watch(
        event -> {
          told.add(event);
          telling.countDown();
          Bounded.run("the gate opens", () -> await(gate));
        });
    refusal.set(new RejectedExecutionException("busy"));
    task(1);
    task(2);
    Thread first = Bounded.newThread(sent.remove());
    first.start();
    Bounded.run("the first tells", () -> await(telling));
    sent.forEach(Runnable::run);
    assertEquals(1, told.size(), "the others found it telling");
    task(3);
    assertEquals(1, told.size());
    gate.countDown();
    first.join();
    assertEquals(steps(1, 2, 3), told());
  }

  @Test
  @DisplayName(
      "R9: a thread that goes at the end of its stack leaves the next event to the next one")
  void endOfStack() throws InterruptedException {
    watch(told::add);
    for (int round = 0; round < 50; round++) {
      task("a" + round);
      Thread deep =
          new Thread(
              null,
              () -> atEndOfStack(() -> sent.forEach(Runnable::run)),
              "small stack",
              SMALL_STACK);
      deep.start();
      deep.join();
      sent.clear();
      task("b" + round);
      sent.forEach(Runnable::run);
      sent.clear();
      List<String> all = told();
      assertEquals("b" + round + " SUCCEEDED", all.get(all.size() - 1));
    }
  }

  /** Again and again on the way back from the end of the stack, as long as it throws. */
  @SuppressWarnings("InfiniteRecursion") // on purpose
  private static void atEndOfStack(Runnable action) {
    try {
      atEndOfStack(action);
    } catch (VirtualMachineError e) {
      action.run();
    }
  }

  @Test
  @DisplayName("a watch that is closed is told nothing by a thread that comes later")
  void closed() {
    watch(told::add);
    task(1);
    watch.close();
    task(2);
    sent.forEach(Runnable::run);
    assertEquals(List.of(), told());
  }
}
