package dev.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OffloadStatsTest {

  private static final OffloadStats STATS = new OffloadStats(1, 20, 300, 4_000, 50_000, 600_000);

  @Test
  @DisplayName("R4: accepted = succeeded + failed + cancelled + active")
  void accepted() {
    assertEquals(654_300, STATS.accepted());
  }

  @Test
  @DisplayName("R4: submitted = accepted + joined + rejected")
  void submitted() {
    assertEquals(654_321, STATS.submitted());
  }

  @Test
  @DisplayName("R4: both accounts of a sum are the sums of the accounts")
  void plus() {
    OffloadStats sum = STATS.plus(new OffloadStats(2, 2, 2, 2, 2, 2));

    assertEquals(new OffloadStats(3, 22, 302, 4_002, 50_002, 600_002), sum);
    assertEquals(STATS.accepted() + 8, sum.accepted());
    assertEquals(STATS.submitted() + 12, sum.submitted());
  }

  @Test
  @DisplayName("R4: zero adds nothing")
  void zero() {
    assertEquals(STATS, STATS.plus(OffloadStats.ZERO));
    assertEquals(0, OffloadStats.ZERO.submitted());
  }
}
