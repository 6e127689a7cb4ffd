package dev.offload.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.OffloadKey;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.coroutines.OffloadManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The public API is what is written down in {@code api.txt} of each library. Who changes it means
 * to, and writes it anew: with {@code -Dapi.write=true} this test does.
 */
class PublicApiDumpTest {
  @ParameterizedTest
  @CsvSource({"offload-api", "offload-coroutines", "offload-java-bridge"})
  @DisplayName("the public API is the recorded one")
  void recorded(String library) throws Exception {
    Class<?> one =
        switch (library) {
          case "offload-api" -> OffloadKey.class;
          case "offload-coroutines" -> OffloadManager.class;
          default -> AsyncOffloadManager.class;
        };
    List<String> found = new ArrayList<>();
    for (String name : ClassFiles.beside(one).keySet()) {
      if (!name.endsWith("package-info")) {
        found.addAll(PublicApi.of(Class.forName(name, false, one.getClassLoader())));
      }
    }
    Path file = Path.of("..", library, "api.txt");
    if (Boolean.getBoolean("api.write")) {
      Files.write(file, found);
    }
    String hint = " (-Dapi.write=true writes " + library + "/api.txt)";
    assertEquals(
        String.join("\n", Files.readAllLines(file)),
        String.join("\n", found),
        "as recorded" + hint);
  }
}
