package dev.offload.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which targets a machine meets, on one JVM beside the other. */
final class TargetsTable {
  private static final String NOT_MEASURED = "not measured";

  private TargetsTable() {}

  /** A line for each target that was measured in one of these runs, in the order of the report. */
  static String of(List<Run> runs) {
    List<List<Ratio>> measured = runs.stream().map(Run::ratios).toList();
    List<String> head = new ArrayList<>(List.of("row", "work", "peer", "at most"));
    runs.forEach(run -> head.add(run.jdk()));
    StringBuilder table = new StringBuilder("\n### Targets\n\n").append(line(head));
    table.append("|").append("---|".repeat(head.size())).append('\n');
    for (Workload workload : Workloads.all()) {
      for (Map.Entry<String, Double> target : new TreeMap<>(workload.targets()).entrySet()) {
        List<String> verdicts =
            measured.stream().map(run -> verdict(run, workload, target.getKey())).toList();
        if (!verdicts.stream().allMatch(NOT_MEASURED::equals)) {
          List<String> cells = new ArrayList<>(List.of(workload.row(), workload.what()));
          cells.add("`" + target.getKey() + "`");
          cells.add(Table.format("%.2f", target.getValue()));
          cells.addAll(verdicts);
          table.append(line(cells));
        }
      }
    }
    return table.toString();
  }

  private static String verdict(List<Ratio> measured, Workload workload, String peer) {
    return measured.stream()
        .filter(ratio -> ratio.workload().equals(workload) && ratio.peer().equals(peer))
        .map(ratio -> ratio.verdict() + Table.format(": %.2f", ratio.median()))
        .findFirst()
        .orElse(NOT_MEASURED);
  }

  private static String line(List<String> cells) {
    return Table.line(cells.toArray(String[]::new));
  }
}
