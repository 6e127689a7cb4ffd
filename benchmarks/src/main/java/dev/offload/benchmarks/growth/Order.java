package dev.offload.benchmarks.growth;

import java.util.Random;

/** In which order the elements of some work end. */
public enum Order {
  /** As they began. */
  IN_ORDER,
  /** The last one first. */
  REVERSE,
  /** Shuffled, each time the same. */
  RANDOM;

  /** The numbers below {@code n} in this order. */
  int[] of(int n) {
    int[] order = new int[n];
    Random random = new Random(n);
    for (int i = 0; i < n; i++) {
      order[i] = this == REVERSE ? n - 1 - i : i;
      if (this == RANDOM) {
        int other = random.nextInt(i + 1);
        order[i] = order[other];
        order[other] = i;
      }
    }
    return order;
  }
}
