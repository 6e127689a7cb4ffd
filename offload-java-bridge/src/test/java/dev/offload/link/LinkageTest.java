package dev.offload.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.offload.OffloadKey;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.coroutines.OffloadManager;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K1: all that the libraries refer to is there, with the versions that this run has. */
class LinkageTest {
  private static final ClassLoader LOADER =
      Objects.requireNonNull(LinkageTest.class.getClassLoader());

  @ParameterizedTest
  @ValueSource(classes = {OffloadKey.class, OffloadManager.class, AsyncOffloadManager.class})
  @DisplayName("K1: every class, method and field that a library refers to is there")
  void links(Class<?> ofLibrary) throws IOException, URISyntaxException {
    Map<String, Set<String>> missing = new TreeMap<>();
    int seen = 0;
    Path at = Path.of(ofLibrary.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Root root = Root.of(at)) {
      for (Path file : root.classes()) {
        seen++;
        try (InputStream in = Files.newInputStream(file)) {
          Set<String> here = References.missing(in, LOADER);
          if (!here.isEmpty()) {
            missing.put(file.toString(), here);
          }
        }
      }
    }
    assertTrue(seen > 10, () -> "classes at " + at);
    assertEquals(Map.of(), missing);
  }

  @Test
  @DisplayName("K1: what is not there is found: a class, a method, a field, a constructor")
  void finds() throws IOException {
    assertEquals(Set.of("no/Such"), missing("no/Such", "m", "()V", 10));
    assertEquals(
        Set.of("java/util/List.of (J)Ljava/util/List;"),
        missing("java/util/List", "of", "(J)Ljava/util/List;", 11));
    assertEquals(Set.of("java/lang/System.out I"), missing("java/lang/System", "out", "I", 9));
    assertEquals(
        Set.of("java/lang/Object.<init> (I)V"), missing("java/lang/Object", "<init>", "(I)V", 10));
  }

  @Test
  @DisplayName("K1: what is inherited is there")
  void inherits() throws IOException {
    assertEquals(
        Set.of(), missing("java/util/ArrayList", "containsAll", "(Ljava/util/Collection;)Z", 10));
    assertEquals(Set.of(), missing("java/util/List", "hashCode", "()I", 11));
    assertEquals(Set.of(), missing("java/util/List", "iterator", "()Ljava/util/Iterator;", 11));
    assertEquals(Set.of(), missing("[I", "clone", "()Ljava/lang/Object;", 10));
  }

  /** A class file that is no more than a reference to a member. */
  private static Set<String> missing(String owner, String name, String type, int tag)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(0xCAFEBABE);
      out.writeInt(61);
      out.writeShort(7);
      for (String text : List.of(owner, name, type)) { // 1, 2, 3
        out.writeByte(1);
        out.writeUTF(text);
      }
      out.writeByte(7); // 4: the class
      out.writeShort(1);
      out.writeByte(12); // 5: name and type
      out.writeShort(2);
      out.writeShort(3);
      out.writeByte(tag); // 6
      out.writeShort(4);
      out.writeShort(5);
    }
    return References.missing(new ByteArrayInputStream(bytes.toByteArray()), LOADER);
  }

  /** Where the classes of a library are: a directory or a jar. */
  private record Root(Path path, AutoCloseable owner) implements AutoCloseable {
    static Root of(Path at) throws IOException {
      if (Files.isDirectory(at)) {
        return new Root(at, () -> {});
      }
      FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + at.toUri()), Map.of());
      return new Root(jar.getPath("/"), jar);
    }

    List<Path> classes() throws IOException {
      try (Stream<Path> files = Files.walk(path)) {
        return files
            .filter(file -> file.toString().endsWith(".class"))
            .filter(file -> !file.endsWith("module-info.class"))
            .toList();
      }
    }

    @Override
    public void close() throws IOException {
      try {
        owner.close();
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
