package dev.offload.site;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Follows each link of a page inside the site, with its anchor. */
final class LinkCheck {
  private final Path site;
  private final Map<String, Document> read = new HashMap<>();
  private final List<String> broken = new ArrayList<>();

  LinkCheck(Path site) {
    this.site = site;
  }

  /** What is wrong with the links of the pages at {@code targets}. */
  List<String> broken(Iterable<String> targets) throws IOException {
    for (String target : targets) {
      Document page = read(target);
      for (Element link : page.select("a[href], img[src], link[href], script[src]")) {
        check(target, link.attr(link.hasAttr("href") ? "href" : "src"));
      }
    }
    return broken;
  }

  private void check(String target, String link) throws IOException {
    URI uri = URI.create(link);
    if (uri.isAbsolute()) {
      return; // what is elsewhere is not looked up: a build needs no network
    }
    String at =
        uri.getPath().isEmpty()
            ? target
            : URI.create("/" + target).resolve(uri).getPath().substring(1);
    if (!Files.isRegularFile(site.resolve(at))) {
      broken.add(target + " links to " + link + ", which is not there");
      return;
    }
    String anchor = uri.getFragment();
    if (anchor != null && at.endsWith(".html") && read(at).getElementById(anchor) == null) {
      broken.add(target + " links to " + link + ", but " + at + " has no such heading");
    }
  }

  private Document read(String at) throws IOException {
    Document document = read.get(at);
    if (document == null) {
      document = Jsoup.parse(site.resolve(at));
      read.put(at, document);
    }
    return document;
  }
}
