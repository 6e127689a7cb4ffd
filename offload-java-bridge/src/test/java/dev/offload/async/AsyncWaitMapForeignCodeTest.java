package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.EarlyWakes;
import dev.offload.OffloadTimeoutException;
import dev.offload.WaitMapClosedException;
import dev.offload.WakeOutcome;
import dev.offload.contract.fixture.Bounded;
import dev.offload.contract.fixture.Race;
import dev.offload.contract.fixture.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R9 of the Java face of a wait map: stages that block, keys and consumers that throw. */
class AsyncWaitMapForeignCodeTest {
  private static final WakeOutcome<String> WOKE = new WakeOutcome.Woke<>();
  private static final Duration SHORT = Duration.ofMillis(5);

  /** More than there are threads for callbacks. */
  private static final int MANY = 80;

  private final AsyncWaitMap<Integer, String> map = AsyncWaitMap.create();
  private final CountDownLatch release = new CountDownLatch(1);
  private final Queue<Thread> stageThreads = new ConcurrentLinkedQueue<>();

  @AfterEach
  void everyWaitEnds() {
    release.countDown();
    map.close();
    assertEquals(0, map.size());
  }

  /** Adds a stage that blocks, unless it runs here because the future is complete. */
  private <T> CompletableFuture<Void> blocking(CompletableFuture<T> wait) {
    Thread adder = Thread.currentThread();
    return wait.handle(
        (value, failure) -> {
          if (Thread.currentThread() == adder) {
            return null;
          }
          stageThreads.add(Thread.currentThread());
          return Work.unchecked(this::awaitRelease);
        });
  }

  /** A wait that is over soon, with a stage that blocks then. */
  private CompletableFuture<String> timedAndBlocking(int key) {
    Duration limit = SHORT;
    while (true) {
      CompletableFuture<String> wait = map.await(key, limit);
      if (!blocking(wait).isDone()) {
        return wait;
      }
      limit = limit.multipliedBy(2); // it was over before it had a stage
    }
  }

  private Void awaitRelease() throws InterruptedException {
    release.await();
    return null;
  }

  private static Throwable failure(CompletableFuture<?> wait) {
    return assertThrows(AssertionError.class, () -> Bounded.get("told", supplied(wait::join)))
        .getCause();
  }

  private static <T> CompletableFuture<T> supplied(Supplier<T> asking) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Bounded.newThread(
            () -> {
              try {
                answer.complete(asking.get());
              } catch (Throwable e) { // as it is told
                answer.completeExceptionally(e);
              }
            })
        .start();
    return answer;
  }

  @Test
  @DisplayName("R9: a stage that blocks delays neither wakes, nor the close, nor other waiters")
  void blockingStage() {
    CompletableFuture<String> woken = map.await(1);
    CompletableFuture<String> timed = timedAndBlocking(2);
    CompletableFuture<String> closed = map.await(3);
    List<CompletableFuture<Void>> stages = List.of(blocking(woken), blocking(closed));
    CompletableFuture<String> other = map.await(4);
    CompletableFuture<String> late = map.await(5, SHORT);
    CompletableFuture<String> last = map.await(6);

    Queue<Thread> mine = new ConcurrentLinkedQueue<>();
    Bounded.run(
        "wakes and close",
        () -> {
          mine.add(Thread.currentThread());
          assertEquals(WOKE, map.wake(1, "a"));
          assertEquals(WOKE, map.wake(4, "b"));
          assertTrue(woken.isDone());
          assertEquals("a", woken.join());
          assertInstanceOf(OffloadTimeoutException.class, failure(late));
          Bounded.until("the other limit, which may be longer", () -> stageThreads.size() == 2);
          map.close();
        });
    assertEquals("b", Bounded.get("the other", other));
    assertInstanceOf(WaitMapClosedException.class, failure(last));
    Bounded.until("all stages run", () -> stageThreads.size() == 3);
    for (Thread thread : stageThreads) {
      assertNotSame(mine.peek(), thread);
      assertEquals("offload-callback-wait map", thread.getName());
      assertTrue(thread.isDaemon());
    }
    assertFalse(stages.get(0).isDone());
    release.countDown();
    stages.forEach(stage -> Bounded.get("stage", stage));
    assertInstanceOf(OffloadTimeoutException.class, failure(timed));
    assertInstanceOf(WaitMapClosedException.class, failure(closed));
  }

  @Test
  @DisplayName(
      "R9: a stage that blocks, throws or comes back keeps nobody from being failed with all")
  @SuppressWarnings({"OverrideThrowableToString", "FutureReturnValueIgnored"}) // on purpose
  void stagesWhereAllAreFailed() {
    IllegalStateException cause =
        new IllegalStateException() {
          @Override
          public String toString() {
            throw new UnsupportedOperationException("no text");
          }
        };
    List<CompletableFuture<String>> waits = new ArrayList<>();
    List<CompletableFuture<?>> stages = new ArrayList<>();
    for (int key = 0; key < 40; key++) {
      CompletableFuture<String> wait = map.await(key);
      waits.add(wait);
      int next = key + 100;
      if (key % 4 == 0) {
        stages.add(blocking(wait));
      } else if (key % 4 == 1) {
        var unused = wait.thenApply(value -> value); // the JDK asks the cause for its text
      } else if (key % 4 == 2) {
        stages.add(wait.handle((value, failure) -> map.await(next)));
      }
    }
    assertEquals(true, Bounded.get("fail", supplied(() -> map.fail(0, cause))));
    assertEquals(39, Bounded.get("fail all", supplied(() -> map.failAll(cause))));
    waits.forEach(wait -> assertTrue(wait.isCompletedExceptionally()));
    Bounded.until("those who came back wait", () -> map.size() == 10);
    assertTrue(map.waitingKeys().stream().allMatch(key -> key >= 100));
    release.countDown();
    stages.forEach(stage -> Bounded.until("stage", stage::isDone));
    for (CompletableFuture<String> wait : waits) {
      assertSame(cause, Bounded.get("told", wait.handle((value, failure) -> failure)));
    }
  }

  @Test
  @DisplayName("R9: who blocks on a future is told although a stage of it blocks")
  void blockedCallers() {
    CompletableFuture<String> wait = map.await(1);
    CompletableFuture<String> before = supplied(wait::join);
    CompletableFuture<Void> stage = blocking(wait);
    CompletableFuture<String> after = supplied(wait::join);
    assertEquals(WOKE, Bounded.get("wake", supplied(() -> map.wake(1, "a"))));
    assertEquals("a", Bounded.get("joined before the stage", before));
    assertEquals("a", Bounded.get("joined after the stage", after));
    assertEquals("a", Bounded.get("asked", supplied(() -> wait.getNow("none"))));
    assertFalse(stage.isDone());
  }

  @Test
  @DisplayName("W3: a value that was accepted stays the answer while its stages wait for a thread")
  void acceptedStays() {
    List<CompletableFuture<String>> waits = new ArrayList<>();
    List<CompletableFuture<Void>> stages = new ArrayList<>();
    for (int key = 0; key < MANY; key++) {
      CompletableFuture<String> wait = map.await(key);
      waits.add(wait);
      stages.add(blocking(wait));
      int woken = key;
      assertEquals(WOKE, Bounded.get("wake", supplied(() -> map.wake(woken, "a" + woken))));
    }
    for (int key = 0; key < MANY; key++) {
      CompletableFuture<String> wait = waits.get(key);
      assertTrue(wait.isDone());
      assertFalse(wait.isCompletedExceptionally());
      assertEquals("a" + key, Bounded.get("asked", supplied(() -> wait.getNow("none"))));
    }
    CompletableFuture<String> pending = waits.get(MANY - 1);
    assertFalse(pending.complete("own"));
    assertFalse(pending.completeExceptionally(new IllegalStateException("own")));
    assertFalse(pending.cancel(true));
    assertFalse(pending.isCancelled());
    assertEquals("a79", pending.join());
    CompletableFuture<String> second = pending.thenApply(value -> value + "!");

    release.countDown();
    stages.forEach(stage -> Bounded.get("stage", stage));
    assertEquals("a79!", Bounded.get("second stage", second));
  }

  @Test
  @DisplayName("R9: a stage that is added while a wake answers is not run by who wakes")
  void addedMeanwhile() {
    try (Race race = new Race(2)) {
      for (int i = 0; i < 2_000; i++) {
        int key = i;
        CompletableFuture<String> wait = map.await(key);
        Queue<Thread> ran = new ConcurrentLinkedQueue<>();
        List<Object> threads =
            race.each(
                List.of(
                    () -> {
                      assertEquals(WOKE, map.wake(key, "a"));
                      return Thread.currentThread();
                    },
                    () -> {
                      var unused = wait.thenAccept(value -> ran.add(Thread.currentThread()));
                      return Thread.currentThread();
                    }));
        Bounded.until("the stage ran", () -> !ran.isEmpty());
        assertNotSame(threads.get(0), ran.peek());
      }
    }
  }

  @Test
  @DisplayName("R9: stages of allOf and anyOf are not run by who wakes")
  void together() {
    CompletableFuture<String> one = map.await(1);
    CompletableFuture<String> two = map.await(2);
    var all = blocking(CompletableFuture.allOf(one, two));
    var any = blocking(CompletableFuture.anyOf(one, two));
    CompletableFuture<String> both =
        CompletableFuture.completedFuture("c").thenCombine(one, (c, value) -> c + value);
    Bounded.run(
        "wakes",
        () -> {
          assertEquals(WOKE, map.wake(1, "a"));
          assertEquals(WOKE, map.wake(2, "b"));
        });
    assertEquals("ca", Bounded.get("combined", both));
    release.countDown();
    Bounded.get("all", all);
    Bounded.get("any", any);
  }

  @Test
  @DisplayName("W4: who completes a future runs its stages, as in the JDK, after its entry is out")
  void completedHere() {
    List<Object> seen = new ArrayList<>();
    CompletableFuture<String> wait = map.await(1);
    var stage =
        wait.thenAccept(
            value -> {
              seen.add(Thread.currentThread());
              seen.add(map.size());
              seen.add(wait.isDone());
            });
    assertTrue(wait.complete("own"));
    assertTrue(stage.isDone());
    assertEquals(List.of(Thread.currentThread(), 0, true), seen);
  }

  @Test
  @DisplayName("W4: obtruding lets go who blocks, and is what the future answers from then on")
  void obtrude() {
    CompletableFuture<String> wait = map.await(1);
    Thread[] blocked = new Thread[1];
    CompletableFuture<String> joined =
        supplied(
            () -> {
              blocked[0] = Thread.currentThread();
              return wait.join();
            });
    Bounded.until(
        "it blocks", () -> blocked[0] != null && blocked[0].getState() == Thread.State.WAITING);
    wait.obtrudeValue("own");
    assertEquals("own", Bounded.get("joined", joined));
    assertEquals(new WakeOutcome.NoMatch<>("a"), map.wake(1, "a"));
    wait.obtrudeException(new IllegalStateException("second"));
    assertTrue(wait.isCompletedExceptionally());
    assertEquals("second", failure(wait).getMessage());
    assertEquals("second", failure(wait.thenApply(value -> value)).getMessage());
  }

  /** A key that is good until it turns. */
  private static final class TurningKey {
    private volatile boolean turned;

    @Override
    public int hashCode() {
      return check(1);
    }

    @Override
    public boolean equals(Object other) {
      return check(this == other);
    }

    private <T> T check(T answer) {
      if (turned) {
        throw new IllegalStateException("turned");
      }
      return answer;
    }
  }

  @Test
  @DisplayName("W4, W6: a key that turns hostile keeps no entry, and stored values fall out still")
  void hostileKeys() {
    Queue<String> undelivered = new ConcurrentLinkedQueue<>();
    try (AsyncWaitMap<Object, String> keyed =
        AsyncWaitMap.<Object, String>builder()
            .earlyWakes(new EarlyWakes(1, SHORT))
            .onUndelivered((key, value) -> undelivered.add(value))
            .build()) {
      List<TurningKey> keys = List.of(new TurningKey(), new TurningKey(), new TurningKey());
      CompletableFuture<String> cancelled = keyed.await(keys.get(0));
      CompletableFuture<String> completed = keyed.await(keys.get(1));
      CompletableFuture<String> timed = keyed.await(keys.get(2), Duration.ofMillis(50));
      TurningKey stored = new TurningKey();
      assertEquals(new WakeOutcome.Stored<String>(), keyed.wake(stored, "a"));
      stored.turned = true;
      keys.forEach(key -> key.turned = true);
      assertTrue(cancelled.cancel(true));
      assertTrue(completed.complete("own"));
      assertInstanceOf(OffloadTimeoutException.class, failure(timed));
      assertEquals(0, keyed.size());
      Bounded.until("it falls out", () -> !undelivered.isEmpty());
      assertEquals(List.of("a"), List.copyOf(undelivered));
    }
  }

  @Test
  @DisplayName("R9: a consumer of undelivered values that blocks at the close delays no waiter")
  void blockingConsumer() {
    AsyncWaitMap<Integer, String> storing =
        AsyncWaitMap.<Integer, String>builder()
            .earlyWakes(new EarlyWakes(5, Bounded.BOUND))
            .onUndelivered((key, value) -> Work.unchecked(this::awaitRelease))
            .build();
    assertEquals(new WakeOutcome.Stored<String>(), storing.wake(1, "a"));
    CompletableFuture<String> wait = storing.await(2);
    CompletableFuture<Void> close = Bounded.start(storing::close);
    assertInstanceOf(WaitMapClosedException.class, failure(wait));
    assertFalse(close.isDone());
    release.countDown();
    Bounded.get("close", close);
    assertSame(WakeOutcome.Closed.class, storing.wake(2, "b").getClass());
  }
}
