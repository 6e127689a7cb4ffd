package dev.offload.site;

import dev.offload.site.Page.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jsoup.nodes.Entities;
import tools.jackson.databind.json.JsonMapper;

/** Makes the site beside the references, which are there already. */
public final class Site {
  private static final List<String> ASSETS = List.of("site.css", "search.js");

  private final Path root;
  private final Path site;
  private final Map<String, String> targets = new LinkedHashMap<>();
  private final Map<String, Page> pages = new LinkedHashMap<>();
  private final List<SearchEntry> index = new ArrayList<>();
  private final Set<String> written = new LinkedHashSet<>();

  private Site(Path root, Path site) {
    this.root = root;
    this.site = site;
  }

  /**
   * Makes the site.
   *
   * @param args the folder of the project, and that of the site, which holds the references
   */
  public static void main(String[] args) throws IOException {
    Path site = Path.of(args[1]);
    make(Path.of(args[0]), site);
    System.out.println("The documentation is in " + site.resolve("index.html"));
  }

  /**
   * Makes the site.
   *
   * @throws SiteException if the documentation has links that lead nowhere, or a page is in no menu
   */
  static void make(Path root, Path site) throws IOException {
    new Site(root, site).make();
  }

  private void make() throws IOException {
    Files.createDirectories(site);
    readPages();
    Frame frame = new Frame(titles());
    for (Page page : pages.values()) {
      write(page.target(), frame.around(page.target(), page.title(), page.body()));
      String anchor = ""; // the first heading is that of the page
      for (Section section : page.sections()) {
        index.add(
            new SearchEntry(
                section.title(),
                page.title(),
                page.target() + anchor + (anchor.isEmpty() ? "" : section.anchor()),
                section.text()));
        anchor = "#";
      }
    }
    writeLinkedFiles(frame);
    writeDecisions(frame);
    for (Reference reference : Reference.ALL) {
      index.addAll(reference.types(site));
    }
    for (String asset : ASSETS) {
      Files.writeString(site.resolve(asset), Frame.resource(asset));
    }
    // A script, as a page that is opened as a file may read scripts and nothing else.
    Files.writeString(
        site.resolve("search-index.js"),
        "const searchIndex = " + JsonMapper.shared().writeValueAsString(index) + ";\n");
    List<String> broken = new LinkCheck(site).broken(written);
    if (!broken.isEmpty()) {
      throw new SiteException(broken);
    }
  }

  private void readPages() throws IOException {
    List<String> files = Contents.pages(root);
    files.forEach(file -> targets.put(file, Contents.target(file)));
    if (Files.isDirectory(root.resolve(Contents.DECISIONS))) {
      targets.put(Contents.DECISIONS, Contents.DECISIONS_PAGE);
      targets.put(Contents.DECISIONS + "/", Contents.DECISIONS_PAGE);
    }
    Markdown markdown = new Markdown(targets);
    for (String file : files) {
      String target = Contents.target(file);
      pages.put(file, markdown.page(file, target, Files.readString(root.resolve(file))));
    }
  }

  private Map<String, String> titles() {
    Map<String, String> titles = new LinkedHashMap<>();
    pages.forEach((file, page) -> titles.put(file, page.title()));
    if (targets.containsKey(Contents.DECISIONS)) {
      titles.put(Contents.DECISIONS, "Decisions");
    }
    return titles;
  }

  private void writeLinkedFiles(Frame frame) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, Page> one : pages.entrySet()) {
      for (String file : one.getValue().files()) {
        if (Files.isRegularFile(root.resolve(file))) {
          files.add(file);
        } else {
          missing.add(one.getKey() + " links to " + file + ", which is no file of the project");
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new SiteException(missing);
    }
    for (String file : files) {
      String target = LinkedFile.target(file);
      if (LinkedFile.isPicture(file)) {
        Path to = site.resolve(target);
        Files.createDirectories(Objects.requireNonNull(to.getParent()));
        Files.copy(root.resolve(file), to, StandardCopyOption.REPLACE_EXISTING);
      } else {
        write(target, frame.around(target, file, LinkedFile.body(root, file)));
      }
    }
  }

  private void writeDecisions(Frame frame) throws IOException {
    StringBuilder body = new StringBuilder("<h1>Decisions</h1>\n<ul>\n");
    pages.forEach(
        (file, page) -> {
          if (file.startsWith(Contents.DECISIONS + "/")) {
            body.append(
                "<li><a href=\"%s\">%s</a></li>%n"
                    .formatted(
                        Markdown.relative(Contents.DECISIONS_PAGE, page.target()),
                        Entities.escape(page.title())));
          }
        });
    String whole = body.append("</ul>\n").toString();
    write(Contents.DECISIONS_PAGE, frame.around(Contents.DECISIONS_PAGE, "Decisions", whole));
  }

  private void write(String target, String page) throws IOException {
    Path to = site.resolve(target);
    Files.createDirectories(Objects.requireNonNull(to.getParent()));
    Files.writeString(to, page);
    written.add(target);
  }
}
