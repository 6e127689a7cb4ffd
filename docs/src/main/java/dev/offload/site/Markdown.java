package dev.offload.site;

import dev.offload.site.Page.Section;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.ext.heading.anchor.IdGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of the documentation, and leads its links to where their targets are in the site.
 */
final class Markdown {
  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());

  private final Parser parser = Parser.builder().extensions(EXTENSIONS).build();
  private final HtmlRenderer html = HtmlRenderer.builder().extensions(EXTENSIONS).build();
  private final TextContentRenderer text =
      TextContentRenderer.builder().extensions(EXTENSIONS).build();

  /** Pages by the files they are made from. */
  private final Map<String, String> targets;

  Markdown(Map<String, String> targets) {
    this.targets = targets;
  }

  /** The page of a file, named from the root of the project. */
  Page page(String file, String target, String markdown) {
    Node document = parser.parse(markdown);
    Links links = new Links(file, target);
    document.accept(links);
    List<Section> sections = sections(document);
    String title = sections.isEmpty() ? file : sections.get(0).title();
    return new Page(target, title, html.render(document), sections, links.files);
  }

  private List<Section> sections(Node document) {
    List<Section> sections = new ArrayList<>();
    IdGenerator ids = IdGenerator.builder().build();
    Heading heading = null;
    StringBuilder under = new StringBuilder();
    for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading next) {
        add(sections, heading, under, ids);
        heading = next;
        under.setLength(0);
      } else {
        under.append(text.render(node)).append('\n');
      }
    }
    add(sections, heading, under, ids);
    return sections;
  }

  private static void add(
      List<Section> sections, @Nullable Heading heading, StringBuilder under, IdGenerator ids) {
    if (heading != null) {
      String title = plain(heading);
      sections.add(new Section(title, ids.generateId(title), under.toString()));
    }
  }

  /** The words of a heading, as the ids of headings are made from. */
  private static String plain(Heading heading) {
    StringBuilder words = new StringBuilder();
    heading.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text node) {
            words.append(node.getLiteral());
          }

          @Override
          public void visit(Code node) {
            words.append(node.getLiteral());
          }
        });
    return words.toString();
  }

  private final class Links extends AbstractVisitor {
    private final String file;
    private final String target;
    final Set<String> files = new LinkedHashSet<>();

    Links(String file, String target) {
      this.file = file;
      this.target = target;
    }

    @Override
    public void visit(Link link) {
      link.setDestination(inSite(link.getDestination()));
      visitChildren(link);
    }

    @Override
    public void visit(Image image) {
      image.setDestination(inSite(image.getDestination()));
    }

    private String inSite(String destination) {
      URI uri = URI.create(destination);
      if (uri.isAbsolute() || uri.getPath().isEmpty()) {
        return destination;
      }
      String linked = URI.create("/" + file).resolve(uri).getPath().substring(1);
      String page = targets.get(linked);
      if (page == null) {
        files.add(linked);
        page = LinkedFile.target(linked);
      }
      String fragment = uri.getRawFragment();
      return relative(target, page) + (fragment == null ? "" : "#" + fragment);
    }
  }

  /** The way from a page to what is at {@code to} from the root of the site. */
  static String relative(String from, String to) {
    return "../".repeat((int) from.chars().filter(c -> c == '/').count()) + to;
  }
}
