package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {
  private static final ConcurrencyLimit FOUR = ConcurrencyLimit.of(4);

  @Test
  @DisplayName("T3: a limit says how many run; how many wait is unlimited unless said")
  void numbers() {
    assertEquals(new ConcurrencyLimit(4, Integer.MAX_VALUE), FOUR);
    assertEquals(new ConcurrencyLimit(4, 0), FOUR.withMaxQueued(0));
  }

  @Test
  @DisplayName("T3: a limit that lets nothing run, or less than nothing wait, is refused by name")
  void badNumbers() {
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> ConcurrencyLimit.of(0))
            .getMessage()
            .contains("maxConcurrent"));
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> FOUR.withMaxQueued(-1))
            .getMessage()
            .contains("maxQueued"));
  }

  @Test
  @DisplayName("T3: limits of the manager and of a kind are kept apart, and survive a copy")
  void settings() {
    OffloadConfig config =
        OffloadConfig.builder()
            .concurrency(FOUR)
            .kind("load", KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
            .build();
    OffloadConfig copy = config.toBuilder().build();

    assertEquals(FOUR, copy.concurrency());
    assertEquals(ConcurrencyLimit.of(1), copy.policyOf("load").concurrency());
    assertNull(copy.policyOf("other").concurrency());
    assertNull(OffloadConfig.defaults().concurrency());
  }

  @Test
  @DisplayName("E5: a cycle is told as the way around, by kinds")
  void cycle() {
    OffloadCycleException cycle = new OffloadCycleException(List.of("a", "b", "a"));

    assertEquals(List.of("a", "b", "a"), cycle.kinds());
    assertTrue(cycle.getMessage().contains("a -> b -> a"), cycle::getMessage);
  }

  @Test
  @DisplayName("T3: a full queue is told with the reason and what to do")
  void queueFull() {
    OffloadRejectedException full = OffloadRejectedException.queueFull("Keyed(load)", "kind load");

    assertEquals(RejectReason.QUEUE_FULL, full.reason());
    assertEquals("kind load", full.limit());
    assertTrue(full.getMessage().contains("Keyed(load)"), full::getMessage);
  }
}
