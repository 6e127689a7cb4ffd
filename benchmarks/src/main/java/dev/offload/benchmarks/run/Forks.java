package dev.offload.benchmarks.run;

import dev.offload.benchmarks.report.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** How JMH runs one workload: the library and each peer in a fork. */
final class Forks {
  /** Benchmarks with so much code that compiling it takes longer than the usual warm-up. */
  private static final Set<String> SETTLE_LATE = Set.of("WholeRequest", "StandingQueue");

  private Forks() {}

  /** All sides, but for one that is no peer of this work, or that this JVM cannot run. */
  static ChainedOptionsBuilder of(Workload workload, Mode mode) {
    ChainedOptionsBuilder options =
        options(workload, mode)
            .include(methods(workload, ".+"))
            .exclude(methods(workload, Workload.ONE_THREAD))
            .threads(workload.threads());
    if (!Machine.hasVirtualThreads()) {
      options.exclude(methods(workload, Workload.VIRTUAL_THREADS));
    }
    return options;
  }

  /** The library with one thread, as a peer of itself with several. */
  static ChainedOptionsBuilder ofOneThread(Workload workload, Mode mode) {
    return options(workload, mode).include(methods(workload, Workload.ONE_THREAD)).threads(1);
  }

  private static String methods(Workload workload, String methods) {
    return "\\." + workload.benchmark() + "\\." + methods + "$";
  }

  private static ChainedOptionsBuilder options(Workload workload, Mode mode) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .forks(1)
            .warmupIterations(warmups(workload, mode))
            .warmupTime(TimeValue.milliseconds(mode.warmup.toMillis()))
            .measurementIterations(mode.iterations)
            .measurementTime(TimeValue.milliseconds(mode.iteration.toMillis()))
            .addProfiler(GCProfiler.class)
            .addProfiler(CpuTime.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .jvmArgs(Machine.forkOptions(mode).toArray(String[]::new));
    workload.params().forEach(options::param);
    return options;
  }

  private static int warmups(Workload workload, Mode mode) {
    return SETTLE_LATE.contains(workload.benchmark()) ? 3 * mode.warmups : mode.warmups;
  }

  static void write(Collection<RunResult> results, Path file) throws IOException {
    try (PrintStream out =
        new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
    }
  }
}
