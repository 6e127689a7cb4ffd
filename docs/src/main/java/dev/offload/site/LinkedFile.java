package dev.offload.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jsoup.nodes.Entities;

/**
 * A file of the project that a page links to, and that is no page: a picture, or a source to be
 * read.
 */
final class LinkedFile {
  private LinkedFile() {}

  /** Where it is, from the root of the site. */
  static String target(String file) {
    return isPicture(file) ? Contents.target(file) : "files/" + file + ".html";
  }

  static boolean isPicture(String file) {
    return file.endsWith(".svg") || file.endsWith(".png");
  }

  /** The body of the page that shows it. */
  static String body(Path root, String file) throws IOException {
    return "<h1>%s</h1>%n<pre><code>%s</code></pre>"
        .formatted(Entities.escape(file), Entities.escape(Files.readString(root.resolve(file))));
  }
}
