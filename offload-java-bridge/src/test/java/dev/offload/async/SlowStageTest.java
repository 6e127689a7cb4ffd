package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadConfig;
import dev.offload.OffloadKind;
import dev.offload.OffloadTimeoutException;
import dev.offload.TimeoutPolicy;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a stage that blocks the thread it was given cannot hold up. */
class SlowStageTest {
  private static final OffloadKind<Object, Integer> LOAD = OffloadKind.named("load");
  private static final long BOUND_SECONDS = 20;

  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final AsyncOffloadManager manager = AsyncOffloadManager.create();

  @AfterEach
  void close() {
    release.countDown();
    manager.close();
  }

  @Test
  @DisplayName("R2: the interrupt of a cancelled body does not wait for the stages of its callers")
  void interruptComesFirst() throws Exception {
    OffloadFuture<Integer> future = manager.submit(LOAD.key(1), this::untilInterrupted);
    CompletableFuture<Boolean> stage = future.handle((value, failure) -> wasInterrupted());
    await(started);
    manager.cancel(LOAD.key(1));
    assertTrue(stage.get(BOUND_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("L1: so it is when the last caller cancels its future")
  void interruptComesFirstOnLeaving() throws Exception {
    OffloadFuture<Integer> future = manager.share(LOAD.key(1), this::untilInterrupted);
    CompletableFuture<Boolean> stage = future.handle((value, failure) -> wasInterrupted());
    await(started);
    future.cancel(true);
    assertTrue(stage.get(BOUND_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName(
      "L1: a stage of one caller may wait for the future of another caller of the same job")
  void stageWaitsForSibling() throws Exception {
    OffloadFuture<Integer> first = manager.share(LOAD.key(1), this::untilReleased);
    OffloadFuture<Integer> second = manager.share(LOAD.key(1), () -> 2);
    CompletableFuture<Integer> a = first.thenApply(value -> value + second.join());
    CompletableFuture<Integer> b = second.thenApply(value -> value + first.join());
    release.countDown();
    assertEquals(2, a.get(BOUND_SECONDS, TimeUnit.SECONDS));
    assertEquals(2, b.get(BOUND_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("T1: a stage that blocks where a limit was reached holds up no other limit")
  void limitsAreIndependent() throws Exception {
    OffloadConfig config =
        OffloadConfig.builder().timeout(TimeoutPolicy.cancelAfter(Duration.ofMillis(20))).build();
    try (AsyncOffloadManager limited = AsyncOffloadManager.builder().config(config).build()) {
      OffloadFuture<Integer> first = limited.submit(LOAD.key(1), this::untilInterrupted);
      CompletableFuture<Integer> blocked =
          first.handle((value, failure) -> unchecked(this::untilReleased));
      await(interrupted);
      OffloadFuture<Integer> second = limited.submit(LOAD.key(2), this::untilInterrupted);
      ExecutionException failure =
          assertThrows(ExecutionException.class, () -> second.get(BOUND_SECONDS, TimeUnit.SECONDS));
      assertEquals(OffloadTimeoutException.class, failure.getCause().getClass());
      release.countDown();
      assertEquals(1, blocked.get(BOUND_SECONDS, TimeUnit.SECONDS));
    }
  }

  private int untilInterrupted() {
    started.countDown();
    try {
      boolean unused = new CountDownLatch(1).await(BOUND_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted.countDown();
    }
    return 0;
  }

  private boolean wasInterrupted() {
    return unchecked(() -> await(interrupted));
  }

  private int untilReleased() throws InterruptedException {
    await(release);
    return 1;
  }

  private static boolean await(CountDownLatch latch) throws InterruptedException {
    boolean came = latch.await(BOUND_SECONDS, TimeUnit.SECONDS);
    assertTrue(came, "what the stage waits for did not happen");
    return came;
  }

  private static <T> T unchecked(Callable<T> action) {
    try {
      return action.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
