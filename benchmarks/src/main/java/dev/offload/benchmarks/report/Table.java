package dev.offload.benchmarks.report;

import java.util.Locale;
import java.util.Properties;

/** Lines of tables of a page. */
final class Table {
  private Table() {}

  static String line(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /** What has to be known of a run. */
  static String facts(Properties facts) {
    StringBuilder text = new StringBuilder("| | |\n|---|---|\n");
    facts.stringPropertyNames().stream()
        .sorted()
        .filter(fact -> !fact.equals("release"))
        .forEach(fact -> text.append(line(fact, facts.getProperty(fact))));
    return text.toString();
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
