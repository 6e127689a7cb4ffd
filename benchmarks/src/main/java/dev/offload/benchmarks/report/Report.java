package dev.offload.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the page and its plots. */
public final class Report {
  private Report() {}

  /** Reads all runs under {@code results} and writes into {@code docs}. */
  public static void write(Path results, Path docs) throws IOException {
    List<Run> runs = Run.readAll(results);
    Path plots = Files.createDirectories(docs.resolve("benchmarks"));
    Files.writeString(docs.resolve("benchmarks.md"), Markdown.of(runs));
    Files.writeString(plots.resolve("ratios.svg"), RatioPlot.of(runs));
    Files.writeString(plots.resolve("growth.svg"), GrowthPlot.of(runs));
  }

  /** The ratios of one run that are worse than twice their target. */
  public static List<Ratio> broken(Path run) throws IOException {
    return Run.read(run).ratios().stream().filter(Ratio::failsGuard).toList();
  }
}
