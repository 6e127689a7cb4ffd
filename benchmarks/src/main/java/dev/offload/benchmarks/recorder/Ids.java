package dev.offload.benchmarks.recorder;

import java.util.Random;
import java.util.UUID;

/** Ids of tasks, the same in every run. */
final class Ids {
  private static final long SEED = 42;

  private Ids() {}

  static String[] of(int count) {
    Random random = new Random(SEED);
    String[] ids = new String[count];
    for (int i = 0; i < count; i++) {
      ids[i] = new UUID(random.nextLong(), random.nextLong()).toString();
    }
    return ids;
  }
}
