package dev.offload.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reference that a tool of its own made, as a part of the site.
 *
 * @param title what the menu says
 * @param folder where it is, from the root of the site
 */
record Reference(String title, String folder) {
  private static final Reference JAVA = new Reference("Java", "reference/java/apidocs");
  private static final Reference KOTLIN = new Reference("Kotlin and Java", "reference/kotlin");

  static final List<Reference> ALL = List.of(JAVA, KOTLIN);

  private static final String KOTLIN_PACKAGE = "dev.offload.coroutines.";
  private static final JsonMapper JSON = JsonMapper.shared();

  String start() {
    return folder + "/index.html";
  }

  /** The types it has pages of, as its own search knows them. */
  List<SearchEntry> types(Path site) throws IOException {
    Path files = site.resolve(folder);
    return equals(JAVA) ? ofJavadoc(files) : ofDokka(files);
  }

  private List<SearchEntry> ofJavadoc(Path files) throws IOException {
    String script = Files.readString(files.resolve("type-search-index.js"));
    List<SearchEntry> types = new ArrayList<>();
    for (JsonNode type : JSON.readTree(between(script, "typeSearchIndex = ", ";"))) {
      if (type.has("p")) { // and not the list of all types
        String name = type.get("l").asString();
        String inPackage = type.get("p").asString();
        String url = "%s/%s/%s.html".formatted(folder, inPackage.replace('.', '/'), name);
        types.add(new SearchEntry(name, "Java reference, " + inPackage, url, ""));
      }
    }
    return types;
  }

  private List<SearchEntry> ofDokka(Path files) throws IOException {
    List<SearchEntry> types = new ArrayList<>();
    for (JsonNode page : JSON.readTree(Files.readString(files.resolve("scripts/pages.json")))) {
      String described = page.get("description").asString();
      if (described.startsWith(KOTLIN_PACKAGE)) {
        String name = described.substring(KOTLIN_PACKAGE.length());
        String url = folder + "/" + page.get("location").asString();
        types.add(new SearchEntry(name, "Kotlin reference", url, ""));
      }
    }
    return types;
  }

  private static String between(String text, String before, String after) {
    int start = text.indexOf(before) + before.length();
    return text.substring(start, text.indexOf(after, start));
  }
}
