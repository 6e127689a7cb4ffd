package dev.offload.examples.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code examples/run}, as it is written down. */
class RunScriptTest {
  private static final Path SCRIPT = Path.of("run");

  private static List<String> programs() throws IOException {
    String names =
        Files.readAllLines(SCRIPT).stream()
            .filter(line -> line.startsWith("gateway |"))
            .findFirst()
            .orElseThrow();
    return Arrays.asList(names.replace(")", "").split(" \\| "));
  }

  @Test
  @DisplayName("each program it names is there, and can be run by anybody")
  void programs_exist() throws ReflectiveOperationException, IOException {
    assertEquals(List.of("gateway", "mailbox", "desk", "uploads"), programs());
    for (String name : programs()) {
      Class<?> main = Class.forName("dev.offload.examples." + name + ".Main");
      assertEquals(void.class, main.getMethod("main", String[].class).getReturnType(), name);
    }
    assertTrue(Files.isExecutable(SCRIPT));
  }

  @Test
  @DisplayName("it runs the jar of this version")
  void version() throws IOException {
    String version =
        Files.readString(Path.of("pom.xml")).replaceAll("(?s).*?<version>(.*?)<.*", "$1");
    assertTrue(Files.readString(SCRIPT).contains("examples-" + version + "-all.jar"));
  }
}
