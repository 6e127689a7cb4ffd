package dev.offload.benchmarks.run;

import dev.offload.benchmarks.report.Workload;
import dev.offload.benchmarks.report.Workloads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

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
          results.addAll(run(workload));
        }
      }
      Path file = directory.resolve("round-" + round + ".json");
      try (PrintStream out =
          new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
        ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
      }
    }
  }

  private List<RunResult> run(Workload workload) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + workload.benchmark() + "\\.")
            .forks(1)
            .warmupIterations(mode.warmups)
            .warmupTime(TimeValue.milliseconds(mode.warmup.toMillis()))
            .measurementIterations(mode.iterations)
            .measurementTime(TimeValue.milliseconds(mode.iteration.toMillis()))
            .addProfiler(GCProfiler.class)
            .addProfiler(CpuTime.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .jvmArgs(Machine.FORK_OPTIONS);
    workload.params().forEach(options::param);
    return List.copyOf(new Runner(options.build()).run());
  }
}
