package dev.offload.benchmarks.report;

/**
 * The parts of a page that was written before: a part that nothing new was measured for stays as it
 * is.
 */
final class Page {
  private static final String FIRST_RUN = "\n## JDK";
  private static final String GROWTH = "\n" + GrowthPart.TITLE + "\n";

  private final String text;

  Page(String text) {
    this.text = text;
  }

  /** The ratios of all runs; empty if there are none. */
  String runs() {
    int from = text.indexOf(FIRST_RUN);
    return from < 0 || from > toGrowth() ? "" : text.substring(from, toGrowth());
  }

  /** The part on growth; empty if there is none. */
  String growth() {
    return text.substring(toGrowth());
  }

  private int toGrowth() {
    int at = text.indexOf(GROWTH);
    return at < 0 ? text.length() : at;
  }
}
