package dev.offload.guide;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.guide.CallOuts.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/call-outs.md lists all calls into the code of others")
class CallOutTest {
  private static final Path ROOT = Path.of("..");
  private static final String PAGE = "docs/call-outs.md";
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+)` \"([^\"]+)\"");
  private static final String NO_TEST = "none: ";

  private static final Set<Call> CALLS = CallOuts.find();

  /** A line of a table: all that its first column names, in all that its second one does. */
  private record Row(List<String> targets, List<String> methods, List<String> cells) {
    boolean has(Call call) {
      return targets.contains(call.target()) && methods.contains(call.in());
    }

    boolean isForeign() {
      return cells.size() == 5;
    }

    String tests() {
      return cells.get(cells.size() - 1);
    }
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve(PAGE))) {
      if (line.startsWith("| `")) {
        List<String> cells =
            Stream.of(line.substring(1, line.lastIndexOf('|')).split("\\|"))
                .map(String::strip)
                .toList();
        rows.add(new Row(codeIn(cells.get(0)), codeIn(cells.get(1)), cells));
      }
    }
    assertTrue(rows.size() > 40, "the tables of " + PAGE + " were read");
    return rows;
  }

  private static List<String> codeIn(String cell) {
    return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  private static void assertNone(List<String> wrong, String advice) {
    assertTrue(wrong.isEmpty(), () -> advice + "\n  " + String.join("\n  ", wrong) + "\n");
  }

  @Test
  @DisplayName("R9: every call of the main code that may be foreign is listed")
  void complete() throws IOException {
    List<Row> rows = rows();
    assertNone(
        CALLS.stream()
            .filter(call -> rows.stream().noneMatch(row -> row.has(call)))
            .map(Call::toString)
            .toList(),
        "list it in " + PAGE + " and attack it by a test, or say there why it is not foreign:");
  }

  @Test
  @DisplayName("every method and every call that is listed is there")
  void current() throws IOException {
    List<String> stale = new ArrayList<>();
    for (Row row : rows()) {
      List<Call> made = CALLS.stream().filter(row::has).toList();
      for (String method : row.methods) {
        if (made.stream().noneMatch(call -> call.in().equals(method))) {
          stale.add(method + " calls none of " + row.targets);
        }
      }
      for (String target : row.targets) {
        if (made.stream().noneMatch(call -> call.target().equals(target))) {
          stale.add(target + " is called by none of " + row.methods);
        }
      }
    }
    assertNone(stale, "take it out of " + PAGE + ", or write what it has become:");
  }

  @Test
  @DisplayName("every foreign call names tests, and all that are named are there")
  void attacked() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      if (!row.isForeign() || row.tests().startsWith(NO_TEST)) {
        continue;
      }
      List<MatchResult> named = NAMED_TEST.matcher(row.tests()).results().toList();
      if (named.isEmpty()) {
        missing.add(row.targets + " has no test");
      }
      for (MatchResult test : named) {
        if (!sourceOf(test.group(1)).contains(test.group(2))) {
          missing.add(test.group(1) + " has no test with \"" + test.group(2) + '"');
        }
      }
    }
    assertNone(missing, "name in " + PAGE + " the tests that attack it, or write one:");
  }

  /** The sources of a test class; nothing if there is none. */
  private static String sourceOf(String testClass) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : sources()) {
      String name = file.getFileName().toString();
      if (name.equals(testClass + ".java") || name.equals(testClass + ".kt")) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private static Set<Path> sources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> tests =
          modules
              .filter(module -> module.getFileName().toString().startsWith("offload-"))
              .map(module -> module.resolve("src/test"))
              .filter(Files::isDirectory)
              .toList();
      List<Path> files = new ArrayList<>();
      for (Path folder : tests) {
        try (Stream<Path> all = Files.walk(folder)) {
          files.addAll(all.filter(Files::isRegularFile).toList());
        }
      }
      return files.stream().collect(Collectors.toUnmodifiableSet());
    }
  }
}
