package dev.offload.site;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which files become pages, where, and in which group of the menu; a new file has to be put into
 * one.
 */
final class Contents {
  /** The folder of decisions, whose pages are listed on a page of their own. */
  static final String DECISIONS = "docs/adr";

  static final String DECISIONS_PAGE = "adr/index.html";

  private static final Map<String, List<String>> MENU = new LinkedHashMap<>();

  static {
    MENU.put("", List.of("README.md"));
    MENU.put(
        "Guides",
        List.of(
            "docs/java.md",
            "docs/kotlin.md",
            "docs/spring.md",
            "docs/recorder.md",
            "docs/waitmap.md",
            "docs/ownership.md"));
    MENU.put(
        "How it works",
        List.of("docs/architecture.md", "docs/invariants.md", "docs/call-outs.md", DECISIONS));
    MENU.put(
        "Compatibility and performance",
        List.of("docs/compatibility.md", "docs/benchmarks.md", "docs/performance.md"));
    MENU.put("Project", List.of("CHANGELOG.md", "CONTRIBUTING.md"));
  }

  private Contents() {}

  /** The groups of the menu, in order: their titles, and the files in them. */
  static Map<String, List<String>> menu() {
    return MENU;
  }

  /** All files that become pages, in the order of the menu; with those that are in no group. */
  static List<String> pages(Path root) throws IOException {
    List<String> pages = new ArrayList<>();
    for (List<String> group : MENU.values()) {
      for (String file : group) {
        if (Files.exists(root.resolve(file))) {
          pages.addAll(file.equals(DECISIONS) ? markdown(root, DECISIONS) : List.of(file));
        }
      }
    }
    for (String file : markdown(root, "docs")) {
      if (!pages.contains(file)) {
        throw new SiteException(List.of(file + " is in no group of the menu: add it there"));
      }
    }
    return pages;
  }

  private static List<String> markdown(Path root, String folder) throws IOException {
    List<String> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(root.resolve(folder), "*.md")) {
      for (Path one : all) {
        files.add(folder + "/" + one.getFileName());
      }
    }
    files.sort(null);
    return files;
  }

  /** Where a file's page is, from the root of the site. */
  static String target(String file) {
    if (file.equals("README.md")) {
      return "index.html";
    }
    if (file.equals(DECISIONS)) {
      return DECISIONS_PAGE;
    }
    String name = file.startsWith("docs/") ? file.substring("docs/".length()) : file;
    return name.toLowerCase(Locale.ROOT).replaceAll("\\.md$", ".html");
  }
}
