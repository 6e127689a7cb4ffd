package dev.offload.guide;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/invariants.md says what the codes of invariants mean")
class InvariantsTest {
  private static final Path ROOT = Path.of("..");
  private static final String PAGE = "docs/invariants.md";

  /** Not part of a word, or of an address with its percent signs. */
  private static final String BEFORE = "(?<![\\w%])";

  private static final String AFTER = "(?!\\w)";

  /** A code that somebody cites. Workloads of benchmarks have other letters. */
  private static final Pattern CITED = Pattern.compile(BEFORE + "[RLETCAWJSK][0-9]{1,2}" + AFTER);

  /** Pages with names of their own that look like codes. */
  private static final Set<String> OTHER_NAMES = Set.of("docs/adr/0005-job-bodies.md");

  private static final Pattern TEXT = Pattern.compile(".*\\.(java|kt|md)");
  private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w*)`");
  private static final String NO_CLASS = "none: ";

  private static final List<Source> SOURCES = sources();

  /** A file, by its path from the root of the repository. */
  private record Source(String path, String text) {
    boolean isClass(String name) {
      return path.endsWith('/' + name + ".java") || path.endsWith('/' + name + ".kt");
    }

    boolean isMain() {
      return path.contains("/src/main/");
    }

    boolean isTest() {
      return path.contains("/src/test/");
    }
  }

  /** A line of a table: what a code means, who sees to it, who attacks it. */
  private record Row(String code, String meaning, String classes, String tests) {
    List<String> classNames() {
      return namesIn(classes);
    }

    List<String> testNames() {
      return namesIn(tests);
    }

    boolean isCitedIn(Source source) {
      return Pattern.compile(BEFORE + Pattern.quote(code) + AFTER).matcher(source.text).find();
    }

    private static List<String> namesIn(String cell) {
      return CLASS.matcher(cell).results().map(name -> name.group(1)).toList();
    }
  }

  private static List<Source> sources() {
    List<Source> sources = new ArrayList<>();
    try {
      Path unused =
          Files.walkFileTree(
              ROOT,
              new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes is) {
                  String name = folder.getFileName().toString();
                  boolean hidden = name.startsWith(".") && !folder.equals(ROOT);
                  return hidden || name.equals("target")
                      ? FileVisitResult.SKIP_SUBTREE
                      : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes is)
                    throws IOException {
                  String path = ROOT.relativize(file).toString().replace('\\', '/');
                  if (TEXT.matcher(path).matches()) {
                    sources.add(new Source(path, Files.readString(file)));
                  }
                  return FileVisitResult.CONTINUE;
                }
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(sources);
  }

  private static List<Row> rows() {
    String page =
        SOURCES.stream()
            .filter(source -> source.path.equals(PAGE))
            .map(Source::text)
            .findFirst()
            .orElseThrow();
    List<Row> rows = new ArrayList<>();
    for (String line : page.lines().filter(any -> any.startsWith("| ")).toList()) {
      List<String> cells =
          Stream.of(line.substring(1, line.lastIndexOf('|')).split("\\|"))
              .map(String::strip)
              .toList();
      assertTrue(cells.size() == 4, () -> "four cells in " + PAGE + ": " + line);
      if (!cells.get(0).equals("code")) {
        rows.add(new Row(cells.get(0), cells.get(1), cells.get(2), cells.get(3)));
      }
    }
    assertTrue(rows.size() > 30, () -> "the tables of " + PAGE + " were read");
    return rows;
  }

  private static boolean exists(String name, boolean isTest) {
    return SOURCES.stream()
        .anyMatch(source -> source.isClass(name) && (isTest ? source.isTest() : source.isMain()));
  }

  private static void assertNone(List<String> wrong, String advice) {
    assertTrue(wrong.isEmpty(), () -> advice + "\n  " + String.join("\n  ", wrong) + "\n");
  }

  @Test
  @DisplayName("every code that is cited somewhere is on the page")
  void defined() {
    Set<String> known = rows().stream().map(Row::code).collect(Collectors.toUnmodifiableSet());
    Set<String> cited = new HashSet<>();
    List<String> unknown = new ArrayList<>();
    for (Source source : SOURCES) {
      if (!OTHER_NAMES.contains(source.path)) {
        Set<String> here =
            CITED
                .matcher(source.text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toUnmodifiableSet());
        cited.addAll(here);
        here.stream()
            .filter(code -> !known.contains(code))
            .forEach(code -> unknown.add(code + " in " + source.path));
      }
    }
    assertTrue(cited.size() > 30, () -> "codes were found: " + cited);
    assertNone(unknown, "say in " + PAGE + " what it means, or cite another one:");
  }

  @Test
  @DisplayName("every code is on the page once, with a meaning, a class and a test")
  void complete() {
    Set<String> seen = new HashSet<>();
    List<String> wrong = new ArrayList<>();
    for (Row row : rows()) {
      if (!seen.add(row.code)) {
        wrong.add(row.code + " is there twice");
      }
      if (row.meaning.isEmpty()) {
        wrong.add(row.code + " has no meaning");
      }
      if (row.classNames().isEmpty() && !row.classes.startsWith(NO_CLASS)) {
        wrong.add(row.code + " has no class");
      }
      if (row.testNames().isEmpty()) {
        wrong.add(row.code + " has no test");
      }
    }
    assertNone(wrong, "write it into " + PAGE + ":");
  }

  @Test
  @DisplayName("every class and every test that is named is there")
  void current() {
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      row.classNames().stream()
          .filter(name -> !exists(name, false))
          .forEach(name -> missing.add("class " + name + ", for " + row.code));
      row.testNames().stream()
          .filter(name -> !exists(name, true))
          .forEach(name -> missing.add("test " + name + ", for " + row.code));
    }
    assertNone(missing, "take it out of " + PAGE + ", or write what it has become:");
  }

  @Test
  @DisplayName("every test that is named for a code cites it")
  void attacked() {
    List<String> silent = new ArrayList<>();
    for (Row row : rows()) {
      for (String name : row.testNames()) {
        boolean cites =
            SOURCES.stream()
                .anyMatch(
                    source -> source.isTest() && source.isClass(name) && row.isCitedIn(source));
        if (!cites) {
          silent.add(name + " does not cite " + row.code);
        }
      }
    }
    assertNone(silent, "name the code in that test, or take it out of " + PAGE + ":");
  }
}
