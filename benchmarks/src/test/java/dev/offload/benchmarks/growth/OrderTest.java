package dev.offload.benchmarks.growth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OrderTest {
  @Test
  void anOrderHoldsEachNumberOnce() {
    assertArrayEquals(new int[] {0, 1, 2}, Order.IN_ORDER.of(3));
    assertArrayEquals(new int[] {2, 1, 0}, Order.REVERSE.of(3));
    int[] random = Order.RANDOM.of(1_000);
    assertFalse(Arrays.equals(Order.IN_ORDER.of(1_000), random));
    Arrays.sort(random);
    assertArrayEquals(Order.IN_ORDER.of(1_000), random);
  }
}
