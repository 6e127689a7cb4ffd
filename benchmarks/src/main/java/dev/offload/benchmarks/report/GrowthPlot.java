package dev.offload.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** The cost of one operation, or of one element, by how many others there are. */
final class GrowthPlot {
  private static final int PANEL = 430;
  private static final int HEIGHT = 300;
  private static final int LEFT = 60;
  private static final int TOP = 40;
  private static final int BOTTOM = 260;
  private static final String OURS = "#1f77b4";
  private static final String PEER = "#ff7f0e";

  /** Benchmarks whose one parameter is how many others there are, and what they do. */
  private static final Map<String, String> OTHERS = new LinkedHashMap<>();

  static {
    OTHERS.put("JobsInFlight", "submit and await, by jobs in flight");
    OTHERS.put("WaitByKey", "subscribe, wake, await, by parked");
    OTHERS.put("TimeLimits", "job with a time limit, by limits pending");
    OTHERS.put("StandingQueue", "job under a limit, by jobs queued");
  }

  private final Svg image;
  private final Axes axes;
  private int panels;

  /**
   * What is drawn.
   *
   * @param from the least number, on a logarithmic axis
   * @param to the greatest one
   * @param number of a point
   * @param ours the library's cost
   * @param peers the peer's cost
   */
  private record Axes(
      double from,
      double to,
      ToIntFunction<Ratio> number,
      ToDoubleFunction<Ratio> ours,
      ToDoubleFunction<Ratio> peers) {}

  private GrowthPlot(int panels, Axes axes) {
    this.image = new Svg(2 * PANEL, HEIGHT * ((panels + 1) / 2));
    this.axes = axes;
  }

  /** By how many jobs are in flight or queued, waiters parked, or limits pending, meanwhile. */
  static String of(List<Run> runs) {
    Axes axes = new Axes(1, 1_000_000, GrowthPlot::others, Ratio::ours, Ratio::peers);
    GrowthPlot plot = new GrowthPlot(OTHERS.size() * runs.size(), axes);
    for (Run run : runs) {
      OTHERS.forEach(
          (benchmark, words) -> plot.panel(run.jdk() + ": " + words, of(run, benchmark)));
    }
    return plot.image.end();
  }

  /** By the number of elements: processor time, of one of them. */
  static String ofSizes(List<Run> runs) {
    List<Integer> sizes = Workloads.SIZES;
    int panels = runs.stream().mapToInt(run -> run.growth().size()).sum();
    ToIntFunction<Ratio> size = ratio -> ratio.workload().size();
    GrowthPlot plot =
        new GrowthPlot(
            panels,
            new Axes(
                sizes.get(0), sizes.get(sizes.size() - 1), size, Ratio::cpuOurs, Ratio::cpuPeers));
    for (Run run : runs) {
      for (List<Ratio> points : run.growth().values()) {
        Workload workload = points.get(0).workload();
        plot.panel(run.jdk() + ", " + workload.row() + ": " + workload.what(), points);
      }
    }
    return plot.image.end();
  }

  /** Beside the first peer that has a target. */
  private static List<Ratio> of(Run run, String benchmark) {
    List<Ratio> all =
        run.ratios().stream().filter(r -> r.workload().benchmark().equals(benchmark)).toList();
    String peer =
        all.stream()
            .filter(ratio -> ratio.target() != null)
            .map(Ratio::peer)
            .findFirst()
            .orElse("");
    return all.stream().filter(ratio -> ratio.peer().equals(peer)).toList();
  }

  private static int others(Ratio point) {
    return Integer.parseInt(point.workload().params().values().iterator().next());
  }

  private void panel(String title, List<Ratio> points) {
    int x = panels % 2 * PANEL;
    int y = panels / 2 * HEIGHT;
    panels++;
    double most = 1;
    for (Ratio point : points) {
      most = Math.max(most, Math.max(ours(point), peers(point)));
    }
    image.text(x + LEFT - 40.0, y + 18.0, "start", title);
    image.line(x + LEFT, y + BOTTOM, x + PANEL - 20, y + BOTTOM, "#888", 1);
    image.line(x + LEFT, y + TOP, x + LEFT, y + BOTTOM, "#888", 1);
    image.text(x + LEFT - 6, y + TOP + 4, "end", Math.round(most) + " ns");
    image.text(x + LEFT - 6, y + BOTTOM + 4.0, "end", "0");
    for (int i = 0; i < points.size(); i++) {
      Ratio point = points.get(i);
      double at = x + across(point);
      image.text(at, y + BOTTOM + 16, "middle", "" + axes.number().applyAsInt(point));
      image.dot(at, y + up(ours(point), most), OURS);
      image.dot(at, y + up(peers(point), most), PEER);
      if (i > 0) {
        Ratio before = points.get(i - 1);
        double from = x + across(before);
        image.line(from, y + up(ours(before), most), at, y + up(ours(point), most), OURS, 1.5);
        image.line(from, y + up(peers(before), most), at, y + up(peers(point), most), PEER, 1.5);
      } else {
        legend(x + LEFT + 40, y + 34, OURS, "offload");
        legend(x + LEFT + 140, y + 34, PEER, point.peer());
      }
    }
  }

  private double ours(Ratio point) {
    return axes.ours().applyAsDouble(point);
  }

  private double peers(Ratio point) {
    return axes.peers().applyAsDouble(point);
  }

  private void legend(double x, double y, String color, String words) {
    image.dot(x, y, color);
    image.text(x + 8, y + 4, "start", words);
  }

  private double across(Ratio point) {
    double number = Math.max(axes.from(), axes.number().applyAsInt(point));
    double part = Math.log(number / axes.from()) / Math.log(axes.to() / axes.from());
    return LEFT + 10 + (PANEL - LEFT - 60) * part;
  }

  private static double up(double nanos, double most) {
    return BOTTOM - (BOTTOM - TOP - 10) * nanos / most;
  }
}
