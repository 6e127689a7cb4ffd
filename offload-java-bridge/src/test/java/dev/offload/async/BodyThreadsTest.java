package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.ConcurrencyLimit;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.contract.fixture.Bounded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** J2: bodies that wait, on the threads of a JVM without virtual ones. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BodyThreadsTest {
  private static final int SIZE = 64;
  private static final OffloadKind<Object, Integer> OUTER = OffloadKind.named("outer");
  private static final OffloadKind<Object, Integer> MIDDLE = OffloadKind.named("middle");
  private static final OffloadKind<Object, Integer> INNER = OffloadKind.named("inner");
  private static final OffloadKind<Object, Integer> ROOM = OffloadKind.named("room");

  private final Set<Thread> before = BodyPoolTest.bodyThreads();
  private final BodyThreads threads = BodyThreads.pool(SIZE, Duration.ofMillis(20));

  /** So that the threads are all taken before anybody waits. */
  private final CountDownLatch begun = new CountDownLatch(SIZE);

  private final AsyncOffloadManager manager = manager(threads);

  private static AsyncOffloadManager manager(BodyThreads threads) {
    OffloadConfig config =
        OffloadConfig.builder()
            .kind(INNER, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
            .kind(ROOM, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1).withMaxQueued(1)))
            .build();
    return AsyncOffloadManager.builder().config(config).executor(threads.executor()).build();
  }

  @AfterEach
  void backAtSize() {
    begunAll();
    CountDownLatch held = new CountDownLatch(SIZE);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<OffloadFuture<Integer>> after = new ArrayList<>();
    for (int i = 0; i < 3 * SIZE; i++) {
      after.add(
          manager.submit(
              OUTER.auto(),
              () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                held.countDown();
                assertReached(held);
                running.decrementAndGet();
                return 0;
              }));
    }
    after.forEach(future -> Bounded.get("after it", future));
    assertEquals(SIZE, most.get(), "the pool is back at its size");
    Bounded.run("the manager ends", manager::close);
    BodyPoolTest.awaitNoneBut(before);
    threads.shutdown().run();
  }

  private void begunAll() {
    while (begun.getCount() > 0) {
      begun.countDown();
    }
  }

  private static void assertReached(CountDownLatch latch) throws InterruptedException {
    assertEquals(true, latch.await(20, TimeUnit.SECONDS), "as many run as the pool has threads");
  }

  /** Runs as many such bodies at once, of which the first ones wait until the pool is full. */
  private void runAll(int count, Callable<Integer> body) {
    List<OffloadFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(
          manager.submit(
              OUTER.auto(),
              () -> {
                begun.countDown();
                assertReached(begun);
                return body.call();
              }));
    }
    all.forEach(future -> assertEquals(1, Bounded.get("a body that waits", future)));
  }

  @ParameterizedTest
  @ValueSource(ints = {SIZE, 1000})
  @DisplayName("J2: bodies that all join one job do not keep it from running")
  void shared(int count) {
    runAll(count, () -> manager.share(MIDDLE.key(0), () -> 1).join());
  }

  @ParameterizedTest
  @ValueSource(ints = {SIZE, 1000})
  @DisplayName("J2: bodies that each join the next one end")
  void chain(int count) {
    assertEquals(count, Bounded.get("the chain", manager.share(MIDDLE.key(0), link(0, count))));
    begunAll();
  }

  private Callable<Integer> link(int number, int count) {
    return () ->
        number == count
            ? 0
            : manager.share(MIDDLE.key(number + 1), link(number + 1, count)).get() + 1;
  }

  @Test
  @DisplayName("J2: waits nest three deep, through the jobs of another manager, too")
  void nested() {
    BodyThreads others = BodyThreads.pool(1, Duration.ofMillis(20));
    try (AsyncOffloadManager other = manager(others)) {
      runAll(
          2 * SIZE,
          () ->
              other
                  .submit(MIDDLE.auto(), () -> manager.submit(INNER.auto(), () -> 1).join())
                  .get(20, TimeUnit.SECONDS));
    }
    others.shutdown().run();
  }

  @Test
  @DisplayName("J2: so does a body that ends a scope, or joins all")
  void otherWaits() {
    runAll(
        SIZE,
        () -> {
          try (AsyncOffloadScope scope = manager.openScope("in a body")) {
            OffloadFuture<Integer> member = scope.submit(MIDDLE.auto(), () -> 1);
            scope.joinAll().join();
            assertEquals(1, member.getNow(0));
            scope.spawn("one.more", () -> {});
            var unused =
                scope.submit(MIDDLE.auto(), () -> manager.submit(INNER.auto(), () -> 1).join());
          }
          return 1;
        });
  }

  @Test
  @DisplayName("J2: so does one that waits for room in a queue, or for a shutdown")
  void room() {
    runAll(SIZE, () -> manager.submitWhenRoom(ROOM.auto(), SubmitOptions.unset(), () -> 1).join());
    BodyThreads one = BodyThreads.pool(1, Duration.ofMillis(20));
    AsyncOffloadManager small = manager(one);
    try (AsyncOffloadManager other =
        AsyncOffloadManager.builder().executor(one.executor()).build()) {
      OffloadFuture<Integer> ends =
          other.submit(
              OUTER.auto(),
              () -> {
                var unused = small.submit(OUTER.auto(), () -> 1);
                return (int) small.shutdown(Duration.ofSeconds(20)).finished();
              });
      assertEquals(1, Bounded.get("the shutdown in a body", ends));
    }
    one.shutdown().run();
  }

  @Test
  @DisplayName("J2: so does one that waits for a key of a wait map")
  void waitMap() {
    AtomicInteger next = new AtomicInteger();
    try (AsyncWaitMap<Integer, Integer> map = AsyncWaitMap.create()) {
      runAll(
          SIZE,
          () -> {
            int key = next.getAndIncrement();
            var answer = map.await(key);
            var unused =
                manager.submit(
                    MIDDLE.auto(),
                    () -> {
                      map.wake(key, 1);
                      return 1;
                    });
            return key % 2 == 0 ? answer.join() : answer.get(20, TimeUnit.SECONDS);
          });
    }
  }
}
