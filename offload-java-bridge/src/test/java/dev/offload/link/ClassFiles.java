package dev.offload.link;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The class files of a library, be they in a directory or in a jar. */
final class ClassFiles {
  private static final String END = ".class";
  private static final int LEAST = 10;

  private ClassFiles() {}

  /** By the names of the classes; those that are beside a class of the library. */
  static Map<String, byte[]> beside(Class<?> one) throws IOException, URISyntaxException {
    Path at = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    Map<String, byte[]> found = Files.isDirectory(at) ? in(at) : inJar(at);
    if (found.size() < LEAST) {
      throw new AssertionError("few class files in " + at + ": " + found.keySet());
    }
    return found;
  }

  private static Map<String, byte[]> inJar(Path at) throws IOException {
    try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + at.toUri()), Map.of())) {
      return in(jar.getPath("/"));
    }
  }

  private static Map<String, byte[]> in(Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files =
          all.filter(file -> file.toString().endsWith(END))
              .filter(file -> !file.endsWith("module-info.class"))
              .toList();
    }
    Map<String, byte[]> classes = new TreeMap<>();
    for (Path file : files) {
      String name = root.relativize(file).toString().replace('/', '.').replace('\\', '.');
      classes.put(name.substring(0, name.length() - END.length()), Files.readAllBytes(file));
    }
    return classes;
  }
}
