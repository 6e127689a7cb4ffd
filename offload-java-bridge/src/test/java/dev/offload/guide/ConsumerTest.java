package dev.offload.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadKey;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.coroutines.OffloadManager;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import kotlin.Unit;
import kotlinx.coroutines.Job;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program of somebody else's, compiled and run in a JVM of its own, with nothing but what the
 * library needs: no SLF4J, no context-propagation.
 */
class ConsumerTest {
  private static final long BOUND_SECONDS = 60;

  private static final String MODULE =
      """
      module consumer {
        requires dev.offload.async;
      }
      """;

  private static final String PROGRAM =
      """
      package consumer;

      import dev.offload.OffloadKind;
      import dev.offload.async.AsyncOffloadManager;
      import dev.offload.async.AsyncOffloadScope;
      import dev.offload.async.AsyncTaskRecorder;
      import dev.offload.async.AsyncWaitMap;
      import dev.offload.async.ContextCarriers;
      import dev.offload.async.OffloadFuture;
      import java.time.Duration;
      import java.util.concurrent.CompletableFuture;

      public final class Main {
        static final OffloadKind<Integer, String> LOAD = OffloadKind.named("load");

        public static void main(String[] args) {
          AsyncOffloadManager manager = AsyncOffloadManager.create();
          try (AsyncOffloadScope scope = manager.openScope("request")) {
            OffloadFuture<String> loaded = scope.share(LOAD.key(1), () -> "value");
            OffloadFuture<String> staged =
                scope.submitStage(LOAD.key(2), () -> CompletableFuture.supplyAsync(() -> "stage"));
            System.out.println(loaded.thenCombine(staged, (a, b) -> a + " " + b).join());
          }
          AsyncTaskRecorder<Integer, String> recorder = AsyncTaskRecorder.create(manager, LOAD);
          recorder.launch(1, () -> "done");
          manager.joinAll().join();
          System.out.println(recorder.state(1));
          try (AsyncWaitMap<Integer, String> map = AsyncWaitMap.create()) {
            CompletableFuture<String> answer = map.await(1, Duration.ofSeconds(20));
            map.wake(1, "answer");
            System.out.println(answer.join());
          }
          for (Runnable optional :
              new Runnable[] {ContextCarriers::slf4jMdc, ContextCarriers::contextPropagation}) {
            try {
              optional.run();
            } catch (IllegalStateException e) {
              System.out.println(e.getMessage());
            }
          }
          System.out.println(Main.class.getModule().isNamed());
          System.out.println(manager.shutdown(Duration.ofSeconds(20)).isClean());
        }
      }
      """;

  @TempDir Path directory;

  private static String library() {
    return Stream.of(
            AsyncOffloadManager.class,
            OffloadManager.class,
            OffloadKey.class,
            Unit.class,
            Job.class,
            NullMarked.class)
        .map(ConsumerTest::place)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private Path source(String name, String text) throws IOException {
    Path file = directory.resolve("src").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void compile(String pathOption, Path... sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull(compiler, "the tests run on a JDK");
    StringWriter told = new StringWriter();
    List<String> options =
        List.of("--release", "17", pathOption, library(), "-d", directory.toString());
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      var task =
          compiler.getTask(told, files, null, options, null, files.getJavaFileObjects(sources));
      assertTrue(task.call(), told::toString);
    }
    assertEquals("", told.toString(), "no warnings");
  }

  private List<String> run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
    assertTrue(ended, () -> "it did not end: " + lines);
    assertEquals(0, process.exitValue(), lines::toString);
    return lines;
  }

  private static String missing(String library, @Nullable String module) {
    String line =
        "this carrier needs " + library + ", which is not there: add it to the dependencies";
    return module == null ? line : line + ", and `requires " + module + ";` to the module";
  }

  private static List<String> expected(boolean named) {
    return List.of(
        "value stage",
        "SUCCEEDED",
        "answer",
        missing("org.slf4j:slf4j-api", named ? "org.slf4j" : null),
        missing("io.micrometer:context-propagation", named ? "context.propagation" : null),
        String.valueOf(named),
        "true");
  }

  @Test
  @DisplayName("a consumer on the module path needs the modules of the library, and no more")
  void modulePath() throws Exception {
    compile("--module-path", source("module-info.java", MODULE), source("Main.java", PROGRAM));
    String path = library() + File.pathSeparator + directory;

    assertEquals(
        expected(true), run(List.of("--module-path", path, "--module", "consumer/consumer.Main")));
  }

  @Test
  @DisplayName("a consumer on the class path needs the same jars")
  void classPath() throws Exception {
    compile("--class-path", source("Main.java", PROGRAM));
    String path = library() + File.pathSeparator + directory;

    assertEquals(expected(false), run(List.of("--class-path", path, "consumer.Main")));
  }
}
