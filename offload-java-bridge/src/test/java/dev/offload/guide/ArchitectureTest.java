package dev.offload.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/architecture.md shows the rooms, the arrows between them, and where things are")
class ArchitectureTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/architecture.md");
  private static final String OURS = "dev.offload.";
  private static final String CORE = OURS + "coroutines";
  private static final String INTERNAL = CORE + ".internal.";

  /** The packages, each of which may use those before it alone. */
  private static final List<String> FROM_BELOW =
      List.of(
          "dev.offload",
          OURS + "spi",
          INTERNAL + "threads",
          INTERNAL + "time",
          INTERNAL + "completion",
          INTERNAL + "report",
          INTERNAL + "limits",
          INTERNAL + "kinds",
          INTERNAL + "waitmap",
          INTERNAL + "job",
          INTERNAL + "recorder",
          INTERNAL + "dispatch",
          INTERNAL + "body",
          INTERNAL + "caller",
          INTERNAL + "face",
          OURS + "async");

  /** What the faces implement; its factory functions make faces, so the two know each other. */
  private static final Set<String> OF_PUBLIC = Set.of(INTERNAL + "caller", INTERNAL + "face");

  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.offload");

  private static Stream<JavaClass> ours() {
    return CLASSES.stream().filter(one -> FROM_BELOW.contains(one.getPackageName()));
  }

  private static Stream<JavaClass> usedBy(JavaClass one) {
    return one.getDirectDependenciesFromSelf().stream()
        .map(Dependency::getTargetClass)
        .map(JavaClass::getBaseComponentType)
        .filter(target -> target.getPackageName().startsWith("dev.offload"));
  }

  @Test
  @DisplayName("each package uses those below it alone")
  void arrowsPointDown() {
    Set<String> wrong = new TreeSet<>();
    ours()
        .forEach(
            one ->
                usedBy(one)
                    .filter(target -> !mayUse(one.getPackageName(), target.getPackageName()))
                    .forEach(target -> wrong.add(one.getName() + " uses " + target.getName())));
    assertEquals(Set.of(), wrong);
  }

  private static boolean mayUse(String user, String used) {
    if (used.equals(CORE)) {
      return OF_PUBLIC.contains(user) || user.equals(OURS + "async");
    }
    return FROM_BELOW.contains(used) && FROM_BELOW.indexOf(used) <= FROM_BELOW.indexOf(user);
  }

  @Test
  @DisplayName(
      "the public package of Kotlin uses faces and what is below them, and nothing of Java's face")
  void publicPackage() {
    List<JavaClass> all =
        CLASSES.stream().filter(one -> one.getPackageName().equals(CORE)).toList();
    assertTrue(all.size() > 20, "the classes were found");
    for (JavaClass one : all) {
      usedBy(one)
          .forEach(
              target -> assertTrue(!target.getPackageName().equals(OURS + "async"), one.getName()));
    }
  }

  @Test
  @DisplayName("there is no other room, and none is missing")
  void rooms() throws IOException {
    Set<String> found =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(INTERNAL))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> known = new TreeSet<>(FROM_BELOW);
    known.removeIf(name -> !name.startsWith(INTERNAL));
    assertEquals(known, found);
    String page = Files.readString(PAGE);
    found.forEach(
        name -> {
          String room = name.substring(INTERNAL.length());
          assertTrue(page.contains("| `" + room + "` |"), room);
        });
  }

  @Test
  @DisplayName("the circles of classes are those that the page names")
  void circles() throws IOException {
    Map<String, Set<String>> uses = new TreeMap<>();
    ours()
        .forEach(
            one ->
                usedBy(one)
                    .filter(target -> target.getPackageName().equals(one.getPackageName()))
                    .filter(target -> !fileOf(target).equals(fileOf(one)))
                    .forEach(
                        target ->
                            uses.computeIfAbsent(fileOf(one), absent -> new TreeSet<>())
                                .add(fileOf(target))));
    Set<String> found = new TreeSet<>();
    Set<String> seen = new TreeSet<>();
    for (String start : uses.keySet()) {
      Set<String> circle = new TreeSet<>(reach(start, uses));
      circle.removeIf(other -> !reach(other, uses).contains(start));
      if (!circle.isEmpty() && seen.addAll(circle)) {
        found.add(
            start.substring(0, start.indexOf('/'))
                + ": "
                + circle.stream()
                    .map(file -> file.substring(file.indexOf('/') + 1))
                    .collect(Collectors.joining(", ")));
      }
    }
    assertEquals(new TreeSet<>(circlesOfPage()), found);
  }

  /** The room and the source file. */
  private static String fileOf(JavaClass one) {
    String room = one.getPackageName().substring(one.getPackageName().lastIndexOf('.') + 1);
    String file = one.getSource().flatMap(source -> source.getFileName()).orElseThrow();
    return room + "/" + file.substring(0, file.lastIndexOf('.'));
  }

  /** Where one can get to, by one step at least. */
  private static Set<String> reach(String start, Map<String, Set<String>> uses) {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(uses.getOrDefault(start, Set.of()));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (reached.add(next)) {
        open.addAll(uses.getOrDefault(next, Set.of()));
      }
    }
    return reached;
  }

  private static List<String> circlesOfPage() throws IOException {
    List<String> circles = new ArrayList<>();
    for (String line : section("## Circles")) {
      if (line.startsWith("| `")) {
        List<String> code = codeIn(line);
        circles.add(
            code.get(0)
                + ": "
                + code.subList(1, code.size()).stream().sorted().collect(Collectors.joining(", ")));
      }
    }
    return circles;
  }

  @Test
  @DisplayName("each question is answered by files that are there")
  void whereThingsAre() throws IOException {
    Map<String, List<String>> questions = new HashMap<>();
    for (String line : section("## Where is it?")) {
      if (line.startsWith("| ") && line.contains("?")) {
        questions.put(line.substring(2, line.indexOf('?') + 1), filesIn(line));
      }
    }
    assertTrue(questions.size() >= 20, "questions found: " + questions.size());
    List<String> files = mainFiles();
    questions.forEach(
        (question, answers) -> {
          assertTrue(!answers.isEmpty(), question);
          answers.forEach(
              answer ->
                  assertEquals(
                      1,
                      files.stream().filter(file -> file.endsWith("/" + answer)).count(),
                      question + " " + answer));
        });
  }

  private static List<String> mainFiles() throws IOException {
    List<String> files = new ArrayList<>();
    for (String module : List.of("offload-api", "offload-coroutines", "offload-java-bridge")) {
      try (Stream<Path> paths = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
        paths.map(path -> path.toString().replace('\\', '/')).forEach(files::add);
      }
    }
    return files;
  }

  private static List<String> section(String title) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    int start = lines.indexOf(title);
    assertTrue(start >= 0, title);
    int end = start + 1;
    while (end < lines.size() && !lines.get(end).startsWith("## ")) {
      end++;
    }
    return lines.subList(start, end);
  }

  private static List<String> filesIn(String line) {
    return codeIn(line).stream().filter(code -> code.contains("/")).toList();
  }

  private static List<String> codeIn(String line) {
    return CODE.matcher(line).results().map((MatchResult found) -> found.group(1)).toList();
  }
}
