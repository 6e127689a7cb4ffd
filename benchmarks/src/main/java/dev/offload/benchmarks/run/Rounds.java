package dev.offload.benchmarks.run;

import dev.offload.benchmarks.report.Workload;
import dev.offload.benchmarks.report.Workloads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs every workload once in a round: the library and its peers one right after the other, so that
 * what else the machine does hits both alike.
 */
final class Rounds {
  private static final String BYTES = "P8";

  private final Mode mode;

  Rounds(Mode mode) {
    this.mode = mode;
  }

  void run(Path directory) throws IOException, RunnerException {
    for (int round = 1; round <= mode.rounds; round++) {
      List<RunResult> results = new ArrayList<>();
      for (Workload workload : Workloads.all()) {
        if (!workload.row().equals(BYTES) && (mode == Mode.FULL || workload.quick())) {
          System.out.printf(
              "round %d of %d: %s %s%n", round, mode.rounds, workload.row(), workload.label());
          results.addAll(new Runner(Forks.of(workload, mode).build()).run());
          if (workload.threads() > 1) {
            results.addAll(new Runner(Forks.ofOneThread(workload, mode).build()).run());
          }
        }
      }
      Forks.write(results, directory.resolve("round-" + round + ".json"));
    }
  }
}
