package dev.offload.benchmarks.report;

import java.util.List;
import java.util.Map;

/** The cost of one operation by how many jobs are in flight, or waiters parked, meanwhile. */
final class GrowthPlot {
  private static final int PANEL = 430;
  private static final int HEIGHT = 300;
  private static final int LEFT = 60;
  private static final int TOP = 40;
  private static final int BOTTOM = 260;
  private static final double MOST = 1_000_000;
  private static final String OURS = "#1f77b4";
  private static final String PEER = "#ff7f0e";

  private final Svg image;

  private GrowthPlot(Svg image) {
    this.image = image;
  }

  static String of(List<Run> runs) {
    Svg image = new Svg(2 * PANEL, HEIGHT * runs.size());
    GrowthPlot plot = new GrowthPlot(image);
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      plot.panel(
          0, i * HEIGHT, run.jdk() + ": submit and await, by jobs in flight", "JobsInFlight", run);
      plot.panel(
          PANEL, i * HEIGHT, run.jdk() + ": subscribe, wake, await, by parked", "WaitByKey", run);
    }
    return image.end();
  }

  private void panel(int x, int y, String title, String benchmark, Run run) {
    List<Ratio> points =
        run.ratios().stream().filter(r -> r.workload().benchmark().equals(benchmark)).toList();
    double most = 1;
    for (Ratio point : points) {
      most = Math.max(most, Math.max(point.ours(), point.peers()));
    }
    image.text(x + LEFT, y + 18.0, "start", title);
    image.line(x + LEFT, y + BOTTOM, x + PANEL - 20, y + BOTTOM, "#888", 1);
    image.line(x + LEFT, y + TOP, x + LEFT, y + BOTTOM, "#888", 1);
    image.text(x + LEFT - 6, y + TOP + 4, "end", Math.round(most) + " ns");
    image.text(x + LEFT - 6, y + BOTTOM + 4.0, "end", "0");
    for (int i = 0; i < points.size(); i++) {
      Ratio point = points.get(i);
      double at = x + across(point);
      image.text(at, y + BOTTOM + 16, "middle", number(point));
      draw(at, y + up(point.ours(), most), OURS);
      draw(at, y + up(point.peers(), most), PEER);
      if (i > 0) {
        Ratio before = points.get(i - 1);
        double from = x + across(before);
        image.line(from, y + up(before.ours(), most), at, y + up(point.ours(), most), OURS, 1.5);
        image.line(from, y + up(before.peers(), most), at, y + up(point.peers(), most), PEER, 1.5);
      } else {
        legend(x + LEFT + 40, y + 34, OURS, "offload");
        legend(x + LEFT + 140, y + 34, PEER, point.peer());
      }
    }
  }

  private void legend(double x, double y, String color, String words) {
    draw(x, y, color);
    image.text(x + 8, y + 4, "start", words);
  }

  private void draw(double x, double y, String color) {
    image.dot(x, y, color);
  }

  private static String number(Ratio point) {
    Map<String, String> params = point.workload().params();
    return params.values().iterator().next();
  }

  private static double across(Ratio point) {
    double number = Math.max(1, Double.parseDouble(number(point)));
    return LEFT + 10 + (PANEL - LEFT - 60) * Math.log(number) / Math.log(MOST);
  }

  private static double up(double nanos, double most) {
    return BOTTOM - (BOTTOM - TOP - 10) * nanos / most;
  }
}
