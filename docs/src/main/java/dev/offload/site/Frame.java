package dev.offload.site;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jsoup.nodes.Entities;

/** What is around the content of each page: head, menu, search. */
final class Frame {
  private static final String TEMPLATE = resource("page.html");

  /** Titles of pages by the files they are made from. */
  private final Map<String, String> titles;

  Frame(Map<String, String> titles) {
    this.titles = titles;
  }

  String around(String target, String title, String body) {
    return TEMPLATE
        .replace("@root@", Markdown.relative(target, ""))
        .replace("@title@", Entities.escape(title))
        .replace("@menu@", menu(target))
        .replace("@body@", body);
  }

  private String menu(String target) {
    StringBuilder menu = new StringBuilder();
    for (Map.Entry<String, List<String>> group : Contents.menu().entrySet()) {
      if (!group.getKey().isEmpty()) {
        menu.append("<h2>").append(group.getKey()).append("</h2>\n");
      }
      menu.append("<ul>\n");
      for (String file : group.getValue()) {
        if (titles.containsKey(file)) {
          entry(menu, target, Contents.target(file), Objects.requireNonNull(titles.get(file)));
        }
      }
      menu.append("</ul>\n");
    }
    menu.append("<h2>Reference</h2>\n<ul>\n");
    for (Reference reference : Reference.ALL) {
      entry(menu, target, reference.start(), reference.title());
    }
    return menu.append("</ul>\n").toString();
  }

  private static void entry(StringBuilder menu, String from, String to, String title) {
    menu.append("<li><a href=\"%s\"".formatted(Markdown.relative(from, to)))
        .append(from.equals(to) ? " aria-current=\"page\">" : ">")
        .append(Entities.escape(title))
        .append("</a></li>\n");
  }

  static String resource(String name) {
    try (InputStream in = Objects.requireNonNull(Frame.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
