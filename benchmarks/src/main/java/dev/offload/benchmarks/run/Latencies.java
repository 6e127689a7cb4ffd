package dev.offload.benchmarks.run;

import dev.offload.benchmarks.report.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How long requests take when they come at a fixed rate: in each round the library, then each peer,
 * all in JVMs of their own.
 */
final class Latencies {
  private static final int ROUNDS = 2;
  private static final List<String> SIDES =
      List.of(Workload.OURS, "byHand", "byHandWithLeases", Workload.VIRTUAL_THREADS);

  private final Program load =
      new Program(
          "dev.offload.benchmarks.request.OpenLoad", "-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");

  private Latencies() {}

  static void write(Path directory) throws IOException, InterruptedException {
    Latencies latencies = new Latencies();
    for (int round = 1; round <= ROUNDS; round++) {
      for (String side : sides()) {
        System.out.printf("latency, round %d of %d: %s%n", round, ROUNDS, side);
        latencies.load.run(
            side, directory.resolve("latency-" + round + "-" + side + ".json").toString());
      }
    }
  }

  private static List<String> sides() {
    List<String> sides = new ArrayList<>(SIDES);
    if (!Machine.hasVirtualThreads()) {
      sides.remove(Workload.VIRTUAL_THREADS);
    }
    return sides;
  }
}
