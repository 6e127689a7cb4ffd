package dev.offload.benchmarks.report;

import dev.offload.benchmarks.report.Results.Measured;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** How long a request takes under open load, beside the same by hand. */
final class LatencyTable {
  private static final double NANOS_OF_MICRO = 1_000;

  private static final String HEAD =
      """

      | row | latency of a request | peer | ratio | ours, µs | peer, µs |
      |---|---|---|---|---|---|
      """;

  private LatencyTable() {}

  /** Empty if it was not measured. */
  static String of(Results results) {
    List<Ratio> ratios = Ratio.of(results, Workloads.latency());
    StringBuilder table = new StringBuilder(ratios.isEmpty() ? "" : HEAD);
    for (Ratio ratio : ratios) {
      table.append(
          Table.line(
              ratio.workload().row(),
              ratio.workload().what(),
              "`" + ratio.peer() + "`",
              Table.format("%.2f (%.2f to %.2f)", ratio.median(), ratio.least(), ratio.greatest()),
              micros(results.of(ratio.workload(), Workload.OURS)),
              micros(results.of(ratio.workload(), ratio.peer()))));
    }
    return table.toString();
  }

  private static String micros(List<Measured> rounds) {
    DoubleSummaryStatistics nanos =
        rounds.stream().mapToDouble(Measured::least).summaryStatistics();
    return Table.format(
        "%,.0f to %,.0f", nanos.getMin() / NANOS_OF_MICRO, nanos.getMax() / NANOS_OF_MICRO);
  }
}
