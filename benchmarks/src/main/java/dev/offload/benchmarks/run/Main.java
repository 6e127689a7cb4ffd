package dev.offload.benchmarks.run;

import dev.offload.benchmarks.report.Ratio;
import dev.offload.benchmarks.report.Report;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs benchmarks beside their peers, or makes the report.
 *
 * <pre>
 *  quick DIRECTORY         a quick run into DIRECTORY; fails if a ratio is worse than twice its target
 *  full DIRECTORY          a thorough one; fails as well
 *  growth DIRECTORY        how costs grow with the number of elements
 *  report RESULTS DOCS     from all runs under RESULTS
 *  anything else           is given to JMH
 * </pre>
 */
public final class Main {
  private Main() {}

  /** Does as the arguments say. */
  public static void main(String[] args) throws Exception {
    switch (args.length == 0 ? "" : args[0]) {
      case "quick" -> run(Mode.QUICK, Path.of(args[1]));
      case "full" -> run(Mode.FULL, Path.of(args[1]));
      case "growth" -> grow(Path.of(args[1]));
      case "report" -> Report.write(Path.of(args[1]), Path.of(args[2]));
      default -> org.openjdk.jmh.Main.main(args);
    }
  }

  private static void run(Mode mode, Path directory)
      throws IOException, InterruptedException, RunnerException {
    empty(Files.createDirectories(directory));
    double load = Machine.load();
    weigh(mode, directory.resolve("bytes.json"));
    Latencies.write(directory);
    new Rounds(mode).run(directory);
    Machine.write(directory, mode, load, leftOut());
    List<Ratio> broken = Report.broken(directory);
    for (Ratio ratio : broken) {
      System.out.printf(
          Locale.ROOT,
          "%s %s: %.2f times %s, target %s%n",
          ratio.workload().row(),
          ratio.workload().what(),
          ratio.median(),
          ratio.peer(),
          ratio.target());
    }
    if (!broken.isEmpty()) {
      System.out.println("worse than twice the target");
      System.exit(1);
    }
  }

  private static void grow(Path directory) throws IOException, RunnerException {
    empty(Files.createDirectories(directory));
    double load = Machine.load();
    List<String> leftOut = new Sizes().run(directory.resolve("sizes.json"));
    String words = leftOut.isEmpty() ? "nothing" : String.join("; ", leftOut);
    Machine.write(directory, Mode.GROWTH, load, Map.of("left out", words));
  }

  private static void empty(Path directory) {
    File[] before = directory.toFile().listFiles((dir, name) -> name.endsWith(".json"));
    if (before != null) {
      Arrays.stream(before).forEach(File::delete);
    }
  }

  private static Map<String, String> leftOut() {
    return Machine.hasVirtualThreads()
        ? Map.of()
        : Map.of("left out", "virtual threads, which this JVM does not have");
  }

  /** In a JVM of its own, with the collector whose figures are exact. */
  private static void weigh(Mode mode, Path file) throws IOException, InterruptedException {
    new Program(
            "dev.offload.benchmarks.heap.RetainedBytes",
            "-XX:+UseSerialGC",
            "-XX:MarkSweepAlwaysCompactCount=1",
            "-Xmx4g")
        .run(file.toString(), "" + mode.kept, "" + mode.weighings);
  }
}
