package dev.offload.benchmarks.report;

import dev.offload.benchmarks.report.Results.Measured;
import java.util.List;

/** The page, but for what it says on growth. */
final class Markdown {
  private static final String HEAD =
      """
      # Benchmarks

      Each benchmark runs beside what one would use instead, and only the ratio of the two is worth quoting: figures in
      nanoseconds depend on the machine and on what else it does. This page is made by

      ```
      benchmarks/run quick        # some minutes, on JDK 17; fails if a ratio is worse than twice its target
      benchmarks/run quick 17 25  # on both
      benchmarks/run full         # about an hour for each of both
      benchmarks/run growth       # some minutes, on JDK 17: the same work with 1,000 to 100,000 elements
      ```

      which builds the library, runs, and writes what was measured into this page and its plots. One benchmark alone:
      `java -jar benchmarks/target/benchmarks.jar UniqueKey -prof gc`, with the options of JMH.

      A run consists of rounds. In a round each benchmark runs in a JVM of its own, warm-up first, directly followed by its
      peers. Its heap is touched as a whole before, for else what is measured of an allocation is how the system clears a fresh
      page. Of the short iterations of a round the least counts, since what else happens on a machine only adds to a cost. A
      ratio is the median of the rounds; in brackets the least and the greatest of them. Processor time is that of all threads
      of the JVM; where others use the same cores, it is the steadier of the two. Bytes (P8) are what a heap keeps
      after a collection, divided by the number of things kept; ids are not counted.
      """;

  private static final String PLOTS =
      """

      ![Ratios, with their targets](benchmarks/ratios.svg)

      ![Cost by number in flight or parked](benchmarks/growth.svg)
      """;

  private static final String RATIOS =
      """

      | row | work | peer | ratio | target at most | | ratio of processor time | bytes allocated, ours / peer |
      |---|---|---|---|---|---|---|---|
      """;

  private static final String ORIGINALS =
      """

      The systems the library comes from, as they were measured in Rust, for orientation only:

      | work | there, ns | here, ns |
      |---|---|---|
      """;

  private final StringBuilder text = new StringBuilder();

  private Markdown() {}

  /** What the page begins with. */
  static String head() {
    return HEAD + PLOTS;
  }

  /** A part for each run. */
  static String of(List<Run> runs) {
    Markdown page = new Markdown();
    runs.forEach(page::run);
    return page.text.toString();
  }

  private void run(Run run) {
    text.append("\n## ").append(run.jdk()).append("\n\n").append(Table.facts(run.facts()));
    text.append(RATIOS);
    for (Ratio ratio : run.ratios()) {
      Double target = ratio.workload().target();
      String met = ratio.meetsTarget() ? "met" : "missed";
      line(
          ratio.workload().row(),
          ratio.workload().what(),
          "`" + ratio.peer() + "`",
          Table.format("%.2f (%.2f to %.2f)", ratio.median(), ratio.least(), ratio.greatest()),
          target == null ? "" : Table.format("%.2f", target),
          target == null ? "" : met,
          Double.isNaN(ratio.cpu()) ? "" : Table.format("%.2f", ratio.cpu()),
          Double.isNaN(ratio.allocatedOurs())
              ? ""
              : Table.format("%.0f / %.0f", ratio.allocatedOurs(), ratio.allocatedPeers()));
    }
    originals(run.results());
  }

  private void originals(Results results) {
    text.append(ORIGINALS);
    for (Original original : Original.ALL) {
      Workload workload =
          new Workload("", "", original.benchmark(), original.params(), null, false);
      results.of(workload, Workload.OURS).stream()
          .mapToDouble(Measured::least)
          .min()
          .ifPresent(
              least -> line(original.what(), original.nanos(), Table.format("%,.0f", least)));
    }
  }

  private void line(String... cells) {
    text.append(Table.line(cells));
  }
}
