package dev.offload.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which targets a machine meets, on one JVM beside the other. */
final class TargetsTable {
  private TargetsTable() {}

  static String of(List<Run> runs) {
    StringBuilder head = new StringBuilder("\n### Targets\n\n| row | work | peer | at most |");
    StringBuilder rule = new StringBuilder("|---|---|---|---|");
    Map<List<String>, List<String>> lines = new LinkedHashMap<>();
    for (int i = 0; i < runs.size(); i++) {
      head.append(' ').append(runs.get(i).jdk()).append(" |");
      rule.append("---|");
      for (Ratio ratio : runs.get(i).ratios()) {
        Double target = ratio.target();
        if (target != null) {
          lines
              .computeIfAbsent(line(ratio, target), each -> notMeasured(runs.size()))
              .set(i, ratio.verdict() + Table.format(": %.2f", ratio.median()));
        }
      }
    }
    StringBuilder table = head.append('\n').append(rule).append('\n');
    lines.forEach(
        (line, verdicts) -> {
          List<String> cells = new ArrayList<>(line);
          cells.addAll(verdicts);
          table.append(Table.line(cells.toArray(String[]::new)));
        });
    return table.toString();
  }

  private static List<String> line(Ratio ratio, double target) {
    Workload workload = ratio.workload();
    return List.of(
        workload.row(), workload.what(), "`" + ratio.peer() + "`", Table.format("%.2f", target));
  }

  private static List<String> notMeasured(int runs) {
    List<String> verdicts = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      verdicts.add("not measured");
    }
    return verdicts;
  }
}
