package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.ConcurrencyLimit;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadKind;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CycleTest {
  private static final OffloadKind<Integer> A = OffloadKind.named("a");
  private static final OffloadKind<Integer> B = OffloadKind.named("b");

  @Test
  @DisplayName("E5: a blocking join, or get, of the own key inside its body is told")
  void ownKey() throws Exception {
    try (AsyncOffloadManager manager = AsyncOffloadManager.create()) {
      OffloadFuture<Integer> job =
          manager.share(
              A.key(1),
              () -> {
                OffloadFuture<Integer> own = manager.share(A.key(1), () -> 0);
                assertThrows(OffloadCycleException.class, own::join);
                assertThrows(OffloadCycleException.class, own::get);
                assertThrows(OffloadCycleException.class, () -> own.get(1, TimeUnit.HOURS));
                return 7;
              });

      assertEquals(7, job.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  @DisplayName("E5: a circle over two bodies is told to one of them at least, with the way around")
  void overTwo() throws Exception {
    Queue<List<String>> told = new ConcurrentLinkedQueue<>();
    try (AsyncOffloadManager manager = AsyncOffloadManager.create()) {
      Callable<Integer> inner = () -> joinOr(told, manager.share(A.key(1), () -> 0));
      OffloadFuture<Integer> job =
          manager.share(A.key(1), () -> joinOr(told, manager.share(B.key(1), inner)));

      assertNotNull(job.get(20, TimeUnit.SECONDS));
    }
    assertFalse(told.isEmpty(), "at least one of the two"); // both, if they begin to wait together
    List<List<String>> waysAround = List.of(List.of("a", "b", "a"), List.of("b", "a", "b"));
    assertTrue(waysAround.containsAll(told), told::toString);
  }

  /** Waits, and answers something else where it must not wait. */
  private static int joinOr(Queue<List<String>> told, OffloadFuture<Integer> other) {
    try {
      return other.join();
    } catch (OffloadCycleException e) {
      told.add(e.kinds());
      return -1;
    }
  }

  @Test
  @DisplayName("T3: a blocking body that waits for another under a limit of 1 lends its permit")
  void lends() throws Exception {
    OffloadConfig config =
        OffloadConfig.builder()
            .kind(A, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
            .build();
    try (AsyncOffloadManager manager = AsyncOffloadManager.builder().config(config).build()) {
      OffloadFuture<Integer> job =
          manager.share(A.key(1), () -> 1 + manager.share(A.key(2), () -> 1).join());

      assertEquals(2, job.get(20, TimeUnit.SECONDS));
    }
  }
}
