package dev.offload.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the page and its plots. */
public final class Report {
  private Report() {}

  /**
   * Reads all runs under {@code results} and writes into {@code docs}. Where there are no runs of a
   * sort, what the page says of that sort stays.
   */
  public static void write(Path results, Path docs) throws IOException {
    List<Run> runs = Run.readAll(results);
    List<Run> growth = Run.readAll(results.resolve(Run.GROWTH));
    Path file = docs.resolve("benchmarks.md");
    Page before = new Page(Files.exists(file) ? Files.readString(file) : "");
    Path plots = Files.createDirectories(docs.resolve("benchmarks"));
    Files.writeString(
        file,
        Markdown.head()
            + (runs.isEmpty() ? before.runs() : Markdown.of(runs))
            + (growth.isEmpty() ? before.growth() : GrowthPart.of(growth)));
    if (!runs.isEmpty()) {
      Files.writeString(plots.resolve("ratios.svg"), RatioPlot.of(runs));
      Files.writeString(plots.resolve("growth.svg"), GrowthPlot.of(runs));
    }
    if (!growth.isEmpty()) {
      Files.writeString(plots.resolve("sizes.svg"), GrowthPlot.ofSizes(growth));
    }
  }

  /** The ratios of one run that are worse than twice their target. */
  public static List<Ratio> broken(Path run) throws IOException {
    return Run.read(run).ratios().stream().filter(Ratio::failsGuard).toList();
  }
}
