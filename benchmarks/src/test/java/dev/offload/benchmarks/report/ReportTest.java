package dev.offload.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Workload WORK =
      new Workload("P5", "wait", "WaitByKey", Map.of("parked", "10"), 1.5, true);

  private final Results results = new Results();

  @Test
  void aRatioIsThatOfTheLeastIterationsOfOneRound() {
    results.add(round(result("offload", "90, 30, 50"), result("byHand", "70, 20, 25")));
    Ratio ratio = onlyRatio();
    assertEquals("byHand", ratio.peer());
    assertEquals(1.5, ratio.median());
    assertEquals(544.2, ratio.allocatedOurs());
    assertTrue(ratio.meetsTarget());
  }

  @Test
  void theMedianOfTheRoundsCountsAndTheirRangeIsItsSpread() {
    results.add(round(result("offload", "40"), result("byHand", "10")));
    results.add(round(result("offload", "10"), result("byHand", "10")));
    results.add(round(result("offload", "20"), result("byHand", "10")));
    Ratio ratio = onlyRatio();
    assertEquals(List.of(1.0, 2.0, 4.0), List.of(ratio.least(), ratio.median(), ratio.greatest()));
    assertFalse(ratio.meetsTarget());
    assertFalse(ratio.failsGuard());
  }

  @Test
  void theGuardFailsAboveTwiceTheTarget() {
    results.add(round(result("offload", "31"), result("byHand", "10")));
    assertTrue(onlyRatio().failsGuard());
  }

  @Test
  void eachPeerHasARatioOfItsOwnAndOtherParametersHaveNone() {
    results.add(
        round(
            result("offload", "10"),
            result("one", "10"),
            result("two", "5"),
            result("one", "1").replace("\"10\"}", "\"20\"}")));
    assertEquals(
        List.of("one 1.0", "two 2.0"),
        Ratio.of(results, List.of(WORK)).stream().map(r -> r.peer() + " " + r.median()).toList());
  }

  @Test
  void whatWasNotMeasuredIsLeftOut() {
    results.add(round(result("byHand", "10")));
    assertEquals(List.of(), Ratio.of(results, List.of(WORK)));
  }

  @Test
  void thePageHoldsEachRunAndItsPlots(@TempDir Path directory) throws IOException {
    for (String release : List.of("17", "25")) {
      Path run = Files.createDirectories(directory.resolve("results").resolve(release));
      Files.writeString(
          run.resolve("round-1.json"), round(result("offload", "33"), result("byHand", "10")));
      Files.writeString(run.resolve(Run.FACTS), "release=" + release + "\ndate=today\n");
    }
    Report.write(directory.resolve("results"), directory);
    String page = Files.readString(directory.resolve("benchmarks.md"));
    assertTrue(page.contains("## JDK 17") && page.contains("## JDK 25"), page);
    assertTrue(
        page.contains("| `byHand` | 3.30 (3.30 to 3.30) | 1.10 | missed | 4.00 | 544 / 544 |"),
        page);
    assertTrue(
        Files.readString(directory.resolve("benchmarks/ratios.svg")).trim().endsWith("</svg>"));
    assertEquals(1, Report.broken(directory.resolve("results/17")).size());
  }

  @Test
  void eachCaseOfGrowthHasALineWithAllSizesAndThoseLeftOut(@TempDir Path directory)
      throws IOException {
    grow(directory, "17");
    Report.write(directory.resolve("results"), directory);
    String page = Files.readString(directory.resolve("benchmarks.md"));
    assertTrue(
        page.contains(
            "| G1 | n bodies each call a job of a kind limited to 32 | `semaphore` |"
                + " 40 / 10 | 80 / 30 | left out | 2.00 / 3.00 | 544 / 544 |"),
        page);
    assertTrue(page.contains("### JDK 17"), page);
    assertTrue(page.contains("| left out | G1, n = 100,000: too slow |"), page);
    String plot = Files.readString(directory.resolve("benchmarks/sizes.svg"));
    assertTrue(plot.contains("JDK 17, G1: n bodies each call") && plot.contains(">80 ns<"), plot);
    assertFalse(Files.exists(directory.resolve("benchmarks/ratios.svg")));
  }

  @Test
  void whatThePageSaysOfOtherRunsStays(@TempDir Path directory) throws IOException {
    Path ratios = Files.createDirectories(directory.resolve("ratios/25"));
    Files.writeString(
        ratios.resolve("round-1.json"), round(result("offload", "33"), result("byHand", "10")));
    Files.writeString(ratios.resolve(Run.FACTS), "release=25\n");
    grow(directory, "17");

    Report.write(directory.resolve("ratios"), directory);
    String ratiosAlone = Files.readString(directory.resolve("benchmarks.md"));
    Report.write(directory.resolve("results"), directory);
    String both = Files.readString(directory.resolve("benchmarks.md"));
    assertTrue(both.startsWith(ratiosAlone) && both.contains("\n## Growth\n"), both);

    Report.write(directory.resolve("ratios"), directory);
    assertEquals(both, Files.readString(directory.resolve("benchmarks.md")));
    Report.write(directory.resolve("results"), directory);
    assertEquals(both, Files.readString(directory.resolve("benchmarks.md")));
  }

  @Test
  void aCaseOfGrowthIsMeasuredAtEachSizeTheLeastFirst() {
    List<Workload> growth = Workloads.growth();
    List<Integer> sizes = growth.stream().limit(4).map(Workload::size).toList();
    assertEquals(List.of(1_000, 10_000, 100_000, 1_000), sizes);
    assertEquals(growth.size(), growth.stream().map(Workload::label).distinct().count());
    assertEquals(1, WORK.size());
  }

  private static void grow(Path directory, String release) throws IOException {
    Path run = Files.createDirectories(directory.resolve("results/growth").resolve(release));
    Files.writeString(
        run.resolve("sizes.json"),
        round(
            grown("offload", 1_000, 40),
            grown("semaphore", 1_000, 10),
            grown("offload", 10_000, 80),
            grown("semaphore", 10_000, 30)));
    Files.writeString(
        run.resolve(Run.FACTS), "release=" + release + "\nleft\\ out=G1, n = 100,000: too slow\n");
  }

  private static String grown(String method, int size, int cpu) {
    return result(method, "1")
        .replace("waitmap.WaitByKey", "growth.CallsUnderLimit")
        .replace("\"parked\": \"10\"", "\"n\": \"" + size + "\"")
        .replaceFirst("\"cpu.time.norm\": \\{\"score\": \\d+", cpuScore(cpu));
  }

  private static String cpuScore(int nanos) {
    return "\"cpu.time.norm\": {\"score\": " + nanos;
  }

  private Ratio onlyRatio() {
    List<Ratio> ratios = Ratio.of(results, List.of(WORK));
    assertEquals(1, ratios.size());
    return ratios.get(0);
  }

  private static String round(String... results) {
    return "[" + String.join(",", results) + "]";
  }

  private static String result(String method, String iterations) {
    return String.format(
        Locale.ROOT,
        """
        {"benchmark": "dev.offload.benchmarks.waitmap.WaitByKey.%s", "params": {"parked": "10"},
         "primaryMetric": {"score": 1, "scoreUnit": "ns/op", "rawData": [[%s]]},
         "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 544.2},
          "cpu.time.norm": {"score": %s}}}
        """,
        method,
        iterations,
        method.equals("offload") ? "40" : "10");
  }
}
