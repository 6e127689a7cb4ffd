package dev.offload.benchmarks.run;

import com.sun.management.OperatingSystemMXBean;
import dev.offload.benchmarks.report.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** What has to be known to read the figures. */
final class Machine {
  private static final double GIB = 1L << 30;
  private static final int UNPINNED = 24;

  private Machine() {}

  /**
   * A compilation is waited for: on a loaded machine a warm-up may else end before the compiler had
   * its turn. Growth has many forks, and touching a heap takes longer than all else in most of
   * them; a few need more of it.
   */
  static List<String> forkOptions(Mode mode) {
    boolean growth = mode == Mode.GROWTH;
    return List.of(
        growth ? "-Xms1g" : "-Xms2g",
        growth ? "-Xmx4g" : "-Xmx2g",
        "-XX:+AlwaysPreTouch",
        "-XX:-BackgroundCompilation");
  }

  /** Writes the facts of a run; {@code more} are those that only it has. */
  static void write(Path directory, Mode mode, double loadBefore, Map<String, String> more)
      throws IOException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    Properties facts = new Properties();
    facts.setProperty("release", "" + Runtime.version().feature());
    facts.setProperty(
        "JVM",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    facts.setProperty(
        "machine",
        String.format(
            Locale.ROOT,
            "%s %s, %.0f GiB; load %.1f before, %.1f after",
            system.getName(),
            system.getArch(),
            system.getTotalMemorySize() / GIB,
            loadBefore,
            load()));
    facts.setProperty(Run.PROCESSOR, Processor.name());
    facts.setProperty("versions", versions());
    facts.setProperty("date", LocalDate.now(ZoneOffset.UTC).toString());
    facts.setProperty("mode", mode.settings());
    facts.setProperty("forks run with", String.join(" ", forkOptions(mode)));
    more.forEach(facts::setProperty);
    try (Writer file = Files.newBufferedWriter(directory.resolve(Run.FACTS))) {
      facts.store(file, null);
    }
  }

  /** Whether this JVM has virtual threads that do not pin what they run on in a monitor. */
  static boolean hasVirtualThreads() {
    return Runtime.version().feature() >= UNPINNED;
  }

  static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static String versions() throws IOException {
    Properties versions = new Properties();
    try (InputStream file =
        Objects.requireNonNull(Machine.class.getResourceAsStream("versions.properties"))) {
      versions.load(file);
    }
    return versions.getProperty("versions");
  }
}
