package dev.offload.benchmarks.report;

import java.util.List;

/** The part of the page on how costs grow with the number of elements. */
final class GrowthPart {
  static final String TITLE = "## Growth";

  private static final String HEAD =
      """

      %s

      The same work with more and more elements, made by `benchmarks/run growth` (some minutes, on JDK 17). A figure is the
      processor time of all threads for one element, in nanoseconds, so what grows in proportion stays the same from column to
      column; the last but one column says how many times the first figure the last one is. A larger heap costs everybody
      more, and what a garbage collector has to copy counts, so the peers are what to compare with. A size that would take too
      long is left out, and those above it; the table of each run says why.

      ![Processor time of one element by their number](benchmarks/sizes.svg)
      """
          .formatted(TITLE);

  private GrowthPart() {}

  static String of(List<Run> runs) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Run run : runs) {
      text.append("\n### ").append(run.jdk()).append("\n\n").append(Table.facts(run.facts()));
      text.append("\n| row | work | peer |");
      Workloads.SIZES.forEach(size -> text.append(Table.format(" n = %,d: ours / peer |", size)));
      text.append(" grows | bytes allocated at the last |\n|---|---|---|");
      Workloads.SIZES.forEach(size -> text.append("---|"));
      text.append("---|---|\n");
      run.growth().values().forEach(sizes -> text.append(line(sizes)));
    }
    return text.toString();
  }

  private static String line(List<Ratio> sizes) {
    Ratio first = sizes.get(0);
    Ratio last = sizes.get(sizes.size() - 1);
    StringBuilder figures = new StringBuilder();
    for (int size : Workloads.SIZES) {
      String figure =
          sizes.stream()
              .filter(ratio -> ratio.workload().size() == size)
              .map(ratio -> Table.format("%,.0f / %,.0f", ratio.cpuOurs(), ratio.cpuPeers()))
              .findFirst()
              .orElse("left out");
      figures.append(figures.isEmpty() ? "" : " | ").append(figure);
    }
    return Table.line(
        first.workload().row(),
        first.workload().what(),
        "`" + first.peer() + "`",
        figures.toString(),
        Table.format(
            "%.2f / %.2f", last.cpuOurs() / first.cpuOurs(), last.cpuPeers() / first.cpuPeers()),
        Table.format("%,.0f / %,.0f", last.allocatedOurs(), last.allocatedPeers()));
  }
}
