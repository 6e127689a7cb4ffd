package dev.offload.examples.desk;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line, filled by picocli. */
@Command(
    name = "desk",
    sortOptions = false,
    description = "Stores files under their SHA-256, each once, over HTTP.",
    footer = "Any Spring property can be set, too, as -Dserver.address=0.0.0.0.")
final class Arguments {
  @Option(names = "--port", description = "Where to listen (8080); 0 for any free port.")
  @Nullable Integer port;

  @Option(names = "--dir", description = "Where files are kept (target/desk).")
  @Nullable String dir;

  @Option(names = "--max-size", description = "How large a file may be (64MB).")
  @Nullable DataSize maxSize;

  @Option(names = "--grace", description = "How long a stop waits for work under way (10s).")
  @Nullable Duration grace;

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  boolean help;

  /** Returns what reads a command line into this. */
  CommandLine commandLine() {
    return new CommandLine(this)
        .registerConverter(Integer.class, Arguments::port)
        .registerConverter(DataSize.class, Arguments::size)
        .registerConverter(Duration.class, Arguments::time);
  }

  private static Integer port(String text) {
    return require(Integer.valueOf(text), port -> port >= 0 && port <= 65_535);
  }

  private static DataSize size(String text) {
    return require(DataSize.parse(text), size -> size.toBytes() > 0);
  }

  private static Duration time(String text) {
    return require(DurationStyle.detectAndParse(text), time -> !time.isNegative());
  }

  private static <T> T require(T value, Predicate<T> possible) {
    if (!possible.test(value)) {
      throw new TypeConversionException("'" + value + "' is not possible");
    }
    return value;
  }

  /** Returns what was given, as properties for Spring. */
  String[] toSpring() {
    List<String> properties = new ArrayList<>();
    addTo(properties, "server.port", port);
    addTo(properties, "desk.dir", dir);
    addTo(properties, "desk.max-size", maxSize);
    addTo(properties, "desk.grace", grace);
    return properties.toArray(String[]::new);
  }

  private static void addTo(List<String> properties, String name, @Nullable Object value) {
    if (value != null) {
      properties.add("--" + name + "=" + value);
    }
  }
}
