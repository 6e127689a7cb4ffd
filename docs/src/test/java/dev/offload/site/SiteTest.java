package dev.offload.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The site of a small project, and of this one; references are as their tools leave them. */
class SiteTest {
  @TempDir Path root;
  @TempDir Path site;

  @BeforeEach
  void references() throws IOException {
    write(site, "reference/java/apidocs/index.html", "");
    write(
        site,
        "reference/java/apidocs/type-search-index.js",
        "typeSearchIndex = [{\"l\":\"All Classes\",\"u\":\"allclasses-index.html\"},"
            + "{\"p\":\"dev.offload\",\"l\":\"OffloadKey.Keyed\"}];updateSearchResults();");
    write(site, "reference/kotlin/index.html", "");
    write(
        site,
        "reference/kotlin/scripts/pages.json",
        "[{\"name\":\"class TaskRecorder\",\"description\":\"dev.offload.coroutines.TaskRecorder\","
            + "\"location\":\"a/-task-recorder/index.html\",\"searchKeys\":[]}]");
    write(root, "README.md", "# A project\n\nRead [the guide](docs/java.md#two-words).\n");
    write(
        root,
        "docs/java.md",
        "# Java\n\nFirst.\n\n## Two words\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    write(root, "docs/adr/0001-a.md", "# 1. A & b\n\nSee [the guide](../java.md).\n");
  }

  private static void write(Path folder, String file, String text) throws IOException {
    Path to = folder.resolve(file);
    Files.createDirectories(Objects.requireNonNull(to.getParent()));
    Files.writeString(to, text);
  }

  private Document page(String target) throws IOException {
    return Jsoup.parse(site.resolve(target));
  }

  private static Element only(Document page, String selector) {
    assertEquals(1, page.select(selector).size(), selector);
    return Objects.requireNonNull(page.selectFirst(selector));
  }

  private String problem() {
    return Objects.requireNonNull(
        assertThrows(SiteException.class, () -> Site.make(root, site)).getMessage());
  }

  @Test
  @DisplayName("A file becomes a page with a title, the menu, and links to where pages are")
  void pages() throws IOException {
    Site.make(root, site);
    Document start = page("index.html");
    assertEquals("A project", start.title());
    assertEquals("java.html#two-words", only(start, "main a").attr("href"));
    assertEquals(
        "java.html", only(start, "nav a:contains(Java):not([href^=reference])").attr("href"));
    Document guide = page("java.html");
    assertEquals("Two words", only(guide, "#two-words").text());
    assertEquals("2", only(guide, "main td:eq(1)").text());
    assertEquals("Java", only(guide, "nav a[aria-current]").text());
    assertEquals("../java.html", only(page("adr/0001-a.html"), "main a").attr("href"));
  }

  @Test
  @DisplayName("The decisions are listed on a page, which a link to their folder leads to")
  void decisions() throws IOException {
    write(root, "README.md", "# A project\n\n[Why](docs/adr)\n");
    Site.make(root, site);
    assertEquals("adr/index.html", only(page("index.html"), "main a").attr("href"));
    Element decision = only(page("adr/index.html"), "main a");
    assertEquals("1. A & b", decision.text());
    assertEquals("../adr/0001-a.html", decision.attr("href"));
  }

  @Test
  @DisplayName("Files that pages link to come along: pictures as they are, others to be read")
  void linkedFiles() throws IOException {
    write(root, "docs/a.svg", "<svg/>");
    write(root, "run", "a < b\n");
    write(
        root,
        "docs/java.md",
        "# Java\n\n![Growth](a.svg), made by [run](../run)\n\n## Two words\n");
    Site.make(root, site);
    Document guide = page("java.html");
    assertEquals("a.svg", only(guide, "main img").attr("src"));
    assertEquals("<svg/>", Files.readString(site.resolve("a.svg")));
    assertEquals("files/run.html", only(guide, "main a").attr("href"));
    assertEquals("a < b\n", only(page("files/run.html"), "main pre").wholeText());
  }

  @Test
  @DisplayName("The search knows the headings with their texts, and the types of both references")
  void search() throws IOException {
    Site.make(root, site);
    String index = Files.readString(site.resolve("search-index.js"));
    for (String url :
        new String[] {
          "java.html",
          "java.html#two-words",
          "reference/java/apidocs/dev/offload/OffloadKey.Keyed.html",
          "reference/kotlin/a/-task-recorder/index.html"
        }) {
      assertTrue(index.contains("\"url\":\"" + url + "\""), url);
    }
    assertTrue(index.contains("First."));
    assertFalse(index.contains("All Classes"));
  }

  @Test
  @DisplayName("A link to a file that is not there is told, with the page that has it")
  void linkToNowhere() throws IOException {
    write(root, "README.md", "# A project\n\n[Gone](docs/gone.md)\n");
    assertEquals("README.md links to docs/gone.md, which is no file of the project", problem());
  }

  @Test
  @DisplayName("So is a link to a heading that is not there")
  void linkToNoHeading() throws IOException {
    write(root, "README.md", "# A project\n\n[Gone](docs/java.md#gone)\n");
    assertEquals(
        "index.html links to java.html#gone, but java.html has no such heading", problem());
  }

  @Test
  @DisplayName("A page that is in no group of the menu is told")
  void pageInNoGroup() throws IOException {
    write(root, "docs/new.md", "# New\n");
    assertEquals("docs/new.md is in no group of the menu: add it there", problem());
  }

  @Test
  @DisplayName("A site without its references is told: they are made before")
  void noReference() throws IOException {
    Files.delete(site.resolve("reference/kotlin/index.html"));
    assertTrue(problem().contains("links to reference/kotlin/index.html, which is not there"));
  }

  @Test
  @DisplayName("No link of this project's documentation leads nowhere")
  void thisProject() throws IOException {
    Site.make(Path.of("..").toRealPath(), site);
    assertEquals("offload", page("index.html").title());
    assertTrue(Files.isRegularFile(site.resolve("adr/0001-one-state-word-per-job.html")));
    assertTrue(Files.isRegularFile(site.resolve("invariants.html")));
  }
}
