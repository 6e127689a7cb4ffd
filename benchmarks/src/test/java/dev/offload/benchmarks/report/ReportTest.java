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
      new Workload("P5", "wait", "WaitByKey", Map.of("parked", "10"), Map.of("byHand", 1.5), true);

  private static final String MACHINE = "Some processor, 2 cores";

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
  void aTargetIsForOnePeerAndSaysByHowMuchItIsMissed() {
    results.add(round(result("offload", "16"), result("byHand", "10"), result("otherwise", "1")));
    List<Ratio> ratios = Ratio.of(results, List.of(WORK));
    assertEquals(
        List.of("byHand missed by 7 %", "otherwise "),
        ratios.stream().map(ratio -> ratio.peer() + " " + ratio.verdict()).toList());
    assertTrue(ratios.get(1).meetsTarget());
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
  void aMachinesBlockHoldsItsTargetsEachRunAndItsPlots(@TempDir Path directory) throws IOException {
    measure(directory, "17", MACHINE, "33");
    measure(directory, "25", MACHINE, "10");
    Report.write(directory.resolve("results"), directory);
    String page = page(directory);
    assertTrue(page.contains("\n## Machine: " + MACHINE + "\n"), page);
    assertTrue(page.contains("\n### JDK 17\n") && page.contains("\n### JDK 25\n"), page);
    assertTrue(page.contains("| row | work | peer | at most | JDK 17 | JDK 25 |"), page);
    assertTrue(page.contains("| 1.10 | missed by 200 %: 3.30 | met: 1.00 |"), page);
    assertTrue(
        page.contains(
            "| `deferredInMap` | 3.30 (3.30 to 3.30) | 1.10 | missed by 200 % | 4.00 | 544 / 544 |"),
        page);
    String plot = "benchmarks/some-processor-2-cores-ratios.svg";
    assertTrue(page.contains("(" + plot + ")"), page);
    assertTrue(Files.readString(directory.resolve(plot)).trim().endsWith("</svg>"));
    String others =
        Files.readString(directory.resolve("benchmarks/some-processor-2-cores-growth.svg"));
    assertTrue(others.contains("JDK 25: subscribe, wake, await") && others.contains(">33 ns<"));
    assertEquals(1, Report.broken(directory.resolve("results/17")).size());
  }

  @Test
  void aTargetThatOneRunDidNotMeasureIsNotMeasuredThere(@TempDir Path directory)
      throws IOException {
    Path one = measure(directory, "17", MACHINE, "10");
    Files.writeString(
        one.resolve("round-1.json"),
        round(result("offload", "11"), result("deferredInMap", "10"))
            .replace("\"10\"}", "\"1000\"}"));
    measure(directory, "25", MACHINE, "33");
    Report.write(directory.resolve("results"), directory);
    String page = page(directory);
    String parked = " parked | `deferredInMap` | 1.10 | ";
    assertTrue(
        page.contains(
            "10"
                + parked
                + "not measured | missed by 200 %: 3.30 |\n"
                + "| P5 | subscribe, wake, await, 1000"
                + parked
                + "met: 1.10 | not measured |"),
        page);
  }

  @Test
  void aRunReplacesTheBlockOfItsMachineAndNoOther(@TempDir Path directory) throws IOException {
    measure(directory.resolve("one"), "17", "Processor A, 64 cores", "11");
    Report.write(directory.resolve("one/results"), directory);
    String one = page(directory);
    measure(directory.resolve("two"), "25", MACHINE, "33");
    grow(directory.resolve("two"), "17");
    Report.write(directory.resolve("two/results"), directory);
    String two = page(directory);
    assertTrue(two.startsWith(one), two);

    measure(directory.resolve("two"), "25", MACHINE, "22");
    Report.write(directory.resolve("two/results"), directory);
    assertEquals(two.replace("3.30", "2.20").replace("200 %", "100 %"), page(directory));
    Report.write(directory.resolve("one/results"), directory);
    assertEquals(two.replace("3.30", "2.20").replace("200 %", "100 %"), page(directory));
  }

  @Test
  void latencyIsToldInMicrosecondsForEachPercentile(@TempDir Path directory) throws IOException {
    Path run = measure(directory, "17", MACHINE, "11");
    Files.writeString(
        run.resolve("latency-1-offload.json"),
        round(latency("offload", "50", "90000"), latency("offload", "99.9", "2000000")));
    Files.writeString(
        run.resolve("latency-1-byHand.json"),
        round(latency("byHand", "50", "60000"), latency("byHand", "99.9", "1000000")));
    Report.write(directory.resolve("results"), directory);
    String page = page(directory);
    assertTrue(
        page.contains(
            "| P19 | percentile 50, 5,000 a second | `byHand` | 1.50 (1.50 to 1.50) |"
                + " 90 to 90 | 60 to 60 |\n"
                + "| P19 | percentile 99.9, 5,000 a second | `byHand` | 2.00 (2.00 to 2.00) |"
                + " 2,000 to 2,000 | 1,000 to 1,000 |"),
        page);
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
    assertTrue(page.contains("\n### Growth\n") && page.contains("\n#### JDK 17\n"), page);
    assertTrue(page.contains("| left out | G1, n = 100,000: too slow |"), page);
    String plot =
        Files.readString(directory.resolve("benchmarks/some-processor-2-cores-sizes.svg"));
    assertTrue(plot.contains("JDK 17, G1: n bodies each call") && plot.contains(">80 ns<"), plot);
    assertFalse(Files.exists(directory.resolve("benchmarks/some-processor-2-cores-ratios.svg")));
  }

  @Test
  void eachSortOfRunLeavesWhatTheOtherHasWritten(@TempDir Path directory) throws IOException {
    measure(directory.resolve("ratios"), "25", MACHINE, "33");
    grow(directory, "17");

    Report.write(directory.resolve("ratios/results"), directory);
    String ratiosAlone = page(directory);
    Report.write(directory.resolve("results"), directory);
    String both = page(directory);
    assertTrue(both.startsWith(ratiosAlone) && both.contains("\n### Growth\n"), both);

    Report.write(directory.resolve("ratios/results"), directory);
    assertEquals(both, page(directory));
    Report.write(directory.resolve("results"), directory);
    assertEquals(both, page(directory));
  }

  @Test
  void aCaseOfGrowthIsMeasuredAtEachSizeTheLeastFirst() {
    List<Workload> growth = Workloads.growth();
    List<Integer> sizes = growth.stream().limit(4).map(Workload::size).toList();
    assertEquals(List.of(1_000, 10_000, 100_000, 1_000), sizes);
    assertEquals(growth.size(), growth.stream().map(Workload::label).distinct().count());
    assertEquals(1, WORK.size());
  }

  /** Answers the directory of a run with one ratio: that of the time to 10. */
  private static Path measure(Path directory, String release, String machine, String time)
      throws IOException {
    Path run = Files.createDirectories(directory.resolve("results").resolve(release));
    Files.writeString(
        run.resolve("round-1.json"), round(result("offload", time), result("deferredInMap", "10")));
    Files.writeString(run.resolve(Run.FACTS), facts(release, machine));
    return run;
  }

  private static String facts(String release, String machine) {
    return "release=" + release + "\nprocessor=" + machine + "\n";
  }

  private static String page(Path directory) throws IOException {
    return Files.readString(directory.resolve("benchmarks.md"));
  }

  private static String latency(String side, String percentile, String nanos) {
    return result(side, nanos)
        .replace("waitmap.WaitByKey", "request.OpenLoad")
        .replace("\"parked\": \"10\"", "\"percentile\": \"" + percentile + "\"");
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
        run.resolve(Run.FACTS), facts(release, MACHINE) + "left\\ out=G1, n = 100,000: too slow\n");
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
