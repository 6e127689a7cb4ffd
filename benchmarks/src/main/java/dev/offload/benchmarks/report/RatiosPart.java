package dev.offload.benchmarks.report;

import dev.offload.benchmarks.report.Results.Measured;
import java.util.List;
import java.util.Map;

/**
 * The part of a machine's block that holds the ratios: whether they meet their targets on each JVM,
 * then each JVM with all that was measured on it.
 */
final class RatiosPart {
  private static final String RATIOS =
      """

      | row | work | peer | ratio | target at most | | ratio of processor time | bytes allocated, ours / peer |
      |---|---|---|---|---|---|---|---|
      """;

  private static final String ORIGINALS =
      """

      The systems the library comes from, as they were measured in Rust, for orientation only:

      | work | there, ns | here, ns |
      |---|---|---|
      """;

  private final StringBuilder text = new StringBuilder();

  private RatiosPart() {}

  /** Of all runs on one machine, whose plots are in the files of these names. */
  static String of(List<Run> runs, String ratioPlot, String growthPlot) {
    RatiosPart part = new RatiosPart();
    part.text.append("\n![Ratios, with their targets](").append(ratioPlot).append(")\n");
    part.text.append("\n![Cost by number of others](").append(growthPlot).append(")\n");
    part.text.append(TargetsTable.of(runs));
    runs.forEach(part::run);
    return part.text.toString();
  }

  private void run(Run run) {
    text.append("\n### ").append(run.jdk()).append("\n\n").append(Table.facts(run.facts()));
    text.append(RATIOS);
    for (Ratio ratio : run.ratios()) {
      Double target = ratio.target();
      line(
          ratio.workload().row(),
          ratio.workload().what(),
          "`" + ratio.peer() + "`",
          Table.format("%.2f (%.2f to %.2f)", ratio.median(), ratio.least(), ratio.greatest()),
          target == null ? "" : Table.format("%.2f", target),
          ratio.verdict(),
          Double.isNaN(ratio.cpu()) ? "" : Table.format("%.2f", ratio.cpu()),
          Double.isNaN(ratio.allocatedOurs())
              ? ""
              : Table.format("%.0f / %.0f", ratio.allocatedOurs(), ratio.allocatedPeers()));
    }
    text.append(LatencyTable.of(run.results()));
    originals(run.results());
  }

  private void originals(Results results) {
    text.append(ORIGINALS);
    for (Original original : Original.ALL) {
      Workload workload =
          new Workload("", "", original.benchmark(), original.params(), Map.of(), false);
      results.of(workload, Workload.OURS).stream()
          .mapToDouble(Measured::least)
          .min()
          .ifPresent(
              least -> line(original.what(), original.nanos(), Table.format("%,.0f", least)));
    }
  }

  private void line(String... cells) {
    text.append(Table.line(cells));
  }
}
