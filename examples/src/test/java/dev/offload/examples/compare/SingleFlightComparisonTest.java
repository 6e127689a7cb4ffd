package dev.offload.examples.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.offload.async.AsyncOffloadManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What README.md says of {@code share}, beside what one would write by hand, is what is found. */
class SingleFlightComparisonTest {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String HEADING = "## Compared with hand-written alternatives\n";

  private final AsyncOffloadManager manager = AsyncOffloadManager.create();
  private final Load load = new Load();

  @AfterEach
  void close() {
    load.mayGoOn.countDown();
    assertTrue(manager.shutdown(Duration.ZERO, LIMIT).isClean());
  }

  /** The answers to all questions, in their order. */
  private static List<String> found(Way way) {
    return Stream.of(Question.values()).map(question -> found(way, question)).toList();
  }

  private static String found(Way way, Question question) {
    AsyncOffloadManager own = AsyncOffloadManager.create();
    Load counted = new Load();
    try {
      return question.answer(way.flights(own), counted) ? "yes" : "no";
    } finally {
      counted.mayGoOn.countDown();
      assertTrue(own.shutdown(Duration.ZERO, LIMIT).isClean());
    }
  }

  private static List<String> expected(Way way) {
    return switch (way) {
      case MAP -> List.of("yes", "no", "no", "yes", "no");
      case SHARE -> List.of("yes", "yes", "yes", "no", "yes");
      case ASYNC_CACHE, SHARE_IN_ASYNC_CACHE -> List.of("yes", "no", "no", "yes", "yes");
      case SHARE_AROUND_CACHE -> List.of("yes", "yes", "yes", "yes", "yes");
    };
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @DisplayName("each cell is found by running it")
  void cells(Way way) {
    assertEquals(expected(way), found(way));
  }

  private static String row(String title, Stream<String> cells) {
    return "| " + title + " | " + cells.collect(Collectors.joining(" | ")) + " |";
  }

  @Test
  @DisplayName("the table in README.md is what is expected here")
  void table() throws IOException {
    Stream<String> heads =
        Stream.of(
            row(
                "50 callers of one key",
                Stream.of(Question.values()).map(question -> question.title)),
            "|---|" + "---|".repeat(Question.values().length));
    Stream<String> rows =
        Stream.of(Way.values()).map(way -> row(way.title, expected(way).stream()));
    String readme = Files.readString(Path.of("../README.md"));
    int start = readme.indexOf(HEADING);
    assertTrue(start >= 0, "there is no such heading");
    String section = readme.substring(start + HEADING.length()).split("\n## ", 2)[0];

    assertEquals(
        Stream.concat(heads, rows).collect(Collectors.joining("\n")),
        section.lines().filter(line -> line.startsWith("|")).collect(Collectors.joining("\n")));
  }

  @Test
  @DisplayName("a copy for each caller protects the others, but then nobody stops the load")
  void copies() {
    AsyncCache<String, String> cache = Caffeine.newBuilder().buildAsync();
    Flights copying =
        (key, slow) ->
            cache.get(key, (k, executor) -> CompletableFuture.supplyAsync(slow, executor)).copy();
    List<CompletableFuture<String>> callers = Callers.ask(copying, load);
    callers.forEach(caller -> assertTrue(caller.cancel(true)));
    CompletableFuture<String> asked = cache.get(Callers.KEY, key -> "another page");

    assertFalse(asked.isDone());
    load.mayGoOn.countDown();
    assertTrue(Callers.hasValue(asked));
    assertEquals(1, load.runs.get());
  }

  @Test
  @DisplayName("a shared load is stopped when all have left")
  void allLeave() throws InterruptedException {
    Flights shared = Way.SHARE.flights(manager);
    List<CompletableFuture<String>> callers = Callers.ask(shared, load);
    assertTrue(load.begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
    callers.forEach(caller -> assertTrue(caller.cancel(true)));

    assertTrue(load.stopped.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
  }
}
