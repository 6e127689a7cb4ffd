package dev.offload.benchmarks.report;

import java.util.List;

/** How long a request takes under open load, beside the same by hand. */
final class LatencyTable {
  private static final double NANOS_OF_MICRO = 1_000;

  private static final String HEAD =
      """

      | row | latency of a request | peer | ratio | ours, \u00b5s | peer, \u00b5s |
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
              Table.format("%,.0f", ratio.ours() / NANOS_OF_MICRO),
              Table.format("%,.0f", ratio.peers() / NANOS_OF_MICRO)));
    }
    return table.toString();
  }
}
