package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.offload.OffloadCycleException;
import dev.offload.OffloadKind;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** E5: the blocking waits of a future; the rest is in the contract. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CycleTest {
  private static final OffloadKind<Object, Integer> A = OffloadKind.named("a");

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
}
