package dev.offload.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Each ratio with its spread, and its target as a mark; a logarithmic axis. */
final class RatioPlot {
  private static final List<String> COLORS = List.of("#1f77b4", "#2ca02c", "#9467bd");
  private static final int LEFT = 450;
  private static final int WIDTH = 920;
  private static final int LINE = 24;
  private static final int TOP = 40;
  private static final double LOW = 0.125;
  private static final double HIGH = 16;
  private static final double[] TICKS = {0.125, 0.25, 0.5, 1, 2, 4, 8, 16};

  private RatioPlot() {}

  static String of(List<Run> runs) {
    Map<String, List<Ratio>> lines = new LinkedHashMap<>();
    List<Map<String, Ratio>> byRun = new ArrayList<>();
    for (Run run : runs) {
      Map<String, Ratio> own = new LinkedHashMap<>();
      for (Ratio ratio : run.ratios()) {
        own.put(label(ratio), ratio);
        lines.computeIfAbsent(label(ratio), label -> new ArrayList<>()).add(ratio);
      }
      byRun.add(own);
    }
    int bottom = TOP + LINE * lines.size();
    Svg image = new Svg(WIDTH, bottom + LINE);
    for (double tick : TICKS) {
      image.line(x(tick), TOP - 10, x(tick), bottom, tick == 1 ? "#888" : "#ddd", 1);
      image.text(x(tick), bottom + 15, "middle", tick < 1 ? "" + tick : "" + (int) tick);
    }
    for (int i = 0; i < runs.size(); i++) {
      image.dot(LEFT + 120.0 * i, 14, color(i));
      image.text(LEFT + 120.0 * i + 8, 18, "start", runs.get(i).jdk());
    }
    image.line(LEFT + 260, 6, LEFT + 260, 22, "#d62728", 3);
    image.text(LEFT + 268, 18, "start", "target at most");
    double y = TOP + LINE / 2.0;
    for (Map.Entry<String, List<Ratio>> line : lines.entrySet()) {
      image.text(LEFT - 10.0, y + 4, "end", line.getKey());
      Double target = line.getValue().get(0).target();
      if (target != null) {
        image.line(x(target), y - 9, x(target), y + 9, "#d62728", 3);
      }
      for (int i = 0; i < byRun.size(); i++) {
        Ratio ratio = byRun.get(i).get(line.getKey());
        if (ratio != null) {
          double at = y + 7 * (i - (byRun.size() - 1) / 2.0);
          image.line(x(ratio.least()), at, x(ratio.greatest()), at, color(i), 1.5);
          image.dot(x(ratio.median()), at, color(i));
        }
      }
      y += LINE;
    }
    return image.end();
  }

  private static String label(Ratio ratio) {
    return ratio.workload().row() + " " + ratio.workload().what() + " / " + ratio.peer();
  }

  private static String color(int run) {
    return COLORS.get(run % COLORS.size());
  }

  private static double x(double ratio) {
    double within = Math.max(LOW, Math.min(HIGH, ratio));
    return LEFT + (WIDTH - LEFT - 20) * Math.log(within / LOW) / Math.log(HIGH / LOW);
  }
}
