package dev.offload.benchmarks.report;

import java.util.List;

/** The part of a machine's block on how costs grow with the number of elements. */
final class GrowthPart {
  static final String TITLE = "### Growth";

  private GrowthPart() {}

  /** Of all runs on one machine, whose plot is in the file of that name. */
  static String of(List<Run> runs, String plot) {
    StringBuilder text = new StringBuilder("\n" + TITLE + "\n");
    text.append("\n![Processor time of one element by their number](").append(plot).append(")\n");
    for (Run run : runs) {
      text.append("\n#### ").append(run.jdk()).append("\n\n").append(Table.facts(run.facts()));
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
