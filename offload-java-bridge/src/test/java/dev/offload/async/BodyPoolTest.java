package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.contract.fixture.Block;
import dev.offload.contract.fixture.Bounded;
import dev.offload.coroutines.internal.threads.PoolThread;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** J2: the pool by itself. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings({
  "FutureReturnValueIgnored",
  "ThreadPriorityCheck"
}) // tasks end when the pool does
class BodyPoolTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Set<Thread> before = bodyThreads();
  private final BodyPool pool = new BodyPool(1, LONG);
  private final Block block = new Block();

  static Set<Thread> bodyThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("offload-body-"));
    return threads;
  }

  static void awaitNoneBut(Set<Thread> before) {
    Bounded.until("no thread stays", () -> before.containsAll(bodyThreads()));
  }

  @AfterEach
  void end() {
    block.release();
    pool.shutdown();
    awaitNoneBut(before);
  }

  private CompletableFuture<Void> run(Runnable task) {
    return CompletableFuture.runAsync(task, pool);
  }

  private static PoolThread.Run here() {
    PoolThread.Run run = PoolThread.current();
    assertTrue(run != null, "this is a thread of the pool");
    return run;
  }

  @Test
  @DisplayName("J2: a task that waits makes room for one that is queued, and no other does")
  void grows() {
    AtomicInteger ran = new AtomicInteger();
    CompletableFuture<CompletableFuture<Void>> first =
        CompletableFuture.supplyAsync(
            () -> {
              CompletableFuture<Void> second = run(ran::incrementAndGet);
              here().beginWait();
              Bounded.get("what is queued runs", second);
              here().endWait();
              CompletableFuture<Void> third = run(ran::incrementAndGet);
              CompletableFuture<Void> fourth = run(ran::incrementAndGet);
              assertEquals(1, ran.get());
              return CompletableFuture.allOf(third, fourth);
            },
            pool);
    Bounded.get("the others run at the end", Bounded.get("the first one", first));
    assertEquals(3, ran.get());
  }

  @Test
  @DisplayName("J2: a task counts once, however many of its waits there are")
  void nested() {
    CompletableFuture<Void> first =
        run(
            () -> {
              here().beginWait();
              here().beginWait();
              CompletableFuture<Void> held = run(block::hold);
              block.awaitArrival();
              here().endWait();
              CompletableFuture<Void> third = run(() -> {});
              assertFalse(third.isDone(), "one is held, and two would be too many");
              here().endWait();
              block.release();
              Bounded.get("the one that was held", held);
            });
    Bounded.get("the first one", first);
    Bounded.get("the pool is back at its size", run(() -> {}));
  }

  @Test
  @DisplayName(
      "J2: after waits that ended together, tasks wait until there are not more than before")
  void backAtSize() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CompletableFuture<Void> inside = new CompletableFuture<>();
    Block outer = new Block();
    CompletableFuture<Void> first =
        run(
            () -> {
              here().beginWait();
              run(block::hold).whenComplete((none, failure) -> inside.complete(null));
              block.awaitArrival();
              here().endWait(); // two of them run now
              outer.hold();
            });
    outer.awaitArrival();
    CompletableFuture<?>[] later = new CompletableFuture<?>[20];
    for (int i = 0; i < later.length; i++) {
      later[i] =
          run(
              () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.yield();
                running.decrementAndGet();
              });
    }
    block.release();
    Bounded.get("the one inside", inside);
    assertEquals(0, most.get(), "the first one still runs");
    outer.release();
    Bounded.get("the first one", first);
    Bounded.get("all", CompletableFuture.allOf(later));
    assertEquals(1, most.get());
  }

  @Test
  @DisplayName("J2: a wait that ends after its task, elsewhere, changes nothing")
  void endsLate() {
    CompletableFuture<PoolThread.Run> late =
        CompletableFuture.supplyAsync(
            () -> {
              here().beginWait();
              return here();
            },
            pool);
    PoolThread.Run run = Bounded.get("a task that leaves its wait open", late);
    CompletableFuture<Void> held = run(block::hold);
    block.awaitArrival();
    CompletableFuture<Void> queued = run(() -> {});
    run.endWait();
    run.beginWait();
    run.endWait();
    assertFalse(queued.isDone());
    block.release();
    Bounded.get("both", CompletableFuture.allOf(held, queued));
  }

  @Test
  @DisplayName("J2: a task that throws, or leaves an interrupt, costs the next one nothing")
  void badTasks() {
    pool.execute(
        () -> {
          throw new StackOverflowError("thrown on purpose");
        });
    CompletableFuture<Void> held = run(block::hold);
    block.awaitArrival();
    // Both are queued, so the thread takes the second without a look around in between.
    CompletableFuture<Void> interrupts = run(() -> Thread.currentThread().interrupt());
    CompletableFuture<Boolean> interrupted =
        CompletableFuture.supplyAsync(() -> Thread.currentThread().isInterrupted(), pool);
    block.release();
    Bounded.get("the next", CompletableFuture.allOf(held, interrupts));
    assertFalse(Bounded.get("the one after", interrupted));
  }

  @Test
  @DisplayName("J2: threads that have nothing to do end, also while others wait")
  void idle() {
    BodyPool quick = new BodyPool(2, Duration.ofMillis(1));
    CompletableFuture<Void> held =
        CompletableFuture.runAsync(
            () -> {
              here().beginWait();
              block.hold();
              here().endWait();
            },
            quick);
    block.awaitArrival();
    for (int i = 0; i < 100; i++) {
      Bounded.get("a task", CompletableFuture.runAsync(() -> {}, quick));
    }
    Bounded.until(
        "only the one that waits",
        () -> bodyThreads().stream().filter(thread -> !before.contains(thread)).count() == 1);
    block.release();
    Bounded.get("the one that waits", held);
    awaitNoneBut(before);
    Bounded.get("a task of a pool without threads", CompletableFuture.runAsync(() -> {}, quick));
    quick.shutdown();
  }

  @Test
  @DisplayName("J2: shut down while it is grown, it runs what is queued, and leaves no thread")
  void shutDownGrown() {
    CompletableFuture<Void> first =
        run(
            () -> {
              here().beginWait();
              CompletableFuture<Void> held = run(block::hold);
              block.awaitArrival();
              CompletableFuture<Void> queued = run(() -> {});
              pool.shutdown();
              assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
              block.release();
              Bounded.get("both", CompletableFuture.allOf(held, queued));
              here().endWait();
            });
    Bounded.get("the first one", first);
    awaitNoneBut(before);
  }
}
