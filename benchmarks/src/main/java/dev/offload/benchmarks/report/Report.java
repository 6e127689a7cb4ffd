package dev.offload.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the page and its plots. */
public final class Report {
  private static final String PLOTS = "benchmarks";

  private Report() {}

  /**
   * Reads all runs under {@code results} and writes into {@code docs}. What the page says of other
   * machines stays, and of a sort of which there are no runs.
   */
  public static void write(Path results, Path docs) throws IOException {
    Path file = docs.resolve("benchmarks.md");
    Page page = new Page(Files.exists(file) ? Files.readString(file) : "");
    Path plots = Files.createDirectories(docs.resolve(PLOTS));
    Map<String, List<Run>> ratios = Run.byMachine(Run.readAll(results));
    for (Map.Entry<String, List<Run>> machine : ratios.entrySet()) {
      List<Run> runs = machine.getValue();
      String ratioPlot = plot(machine.getKey(), "ratios");
      String growthPlot = plot(machine.getKey(), "growth");
      Files.writeString(plots.resolve(ratioPlot), RatioPlot.of(runs));
      Files.writeString(plots.resolve(growthPlot), GrowthPlot.of(runs));
      page.ratios(machine.getKey(), RatiosPart.of(runs, link(ratioPlot), link(growthPlot)));
    }
    Map<String, List<Run>> growth = Run.byMachine(Run.readAll(results.resolve(Run.GROWTH)));
    for (Map.Entry<String, List<Run>> machine : growth.entrySet()) {
      String plot = plot(machine.getKey(), "sizes");
      Files.writeString(plots.resolve(plot), GrowthPlot.ofSizes(machine.getValue()));
      page.growth(machine.getKey(), GrowthPart.of(machine.getValue(), link(plot)));
    }
    Files.writeString(file, Head.TEXT + page.text());
  }

  /** The ratios of one run that are worse than twice their target. */
  public static List<Ratio> broken(Path run) throws IOException {
    return Run.read(run).ratios().stream().filter(Ratio::failsGuard).toList();
  }

  private static String plot(String machine, String what) {
    String name = machine.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return name + "-" + what + ".svg";
  }

  private static String link(String plot) {
    return PLOTS + "/" + plot;
  }
}
