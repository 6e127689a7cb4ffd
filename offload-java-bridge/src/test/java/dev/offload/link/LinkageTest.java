package dev.offload.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.offload.OffloadKey;
import dev.offload.async.AsyncOffloadManager;
import dev.offload.coroutines.OffloadManager;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import kotlin.KotlinVersion;
import kotlinx.coroutines.Job;
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
    for (Map.Entry<String, byte[]> each : ClassFiles.beside(ofLibrary).entrySet()) {
      Set<String> here = References.missing(new ByteArrayInputStream(each.getValue()), LOADER);
      if (!here.isEmpty()) {
        missing.put(each.getKey(), here);
      }
    }
    assertEquals(Map.of(), missing);
  }

  @Test
  @DisplayName("K1: this run has the versions it is meant to have")
  void versions() throws IOException {
    String stdlib = KotlinVersion.CURRENT.toString();
    assertEquals(System.getProperty("tested.stdlib", stdlib), stdlib);
    try (InputStream file =
        Job.class.getResourceAsStream("/META-INF/kotlinx_coroutines_core.version")) {
      String coroutines =
          new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8).strip();
      assertEquals(System.getProperty("tested.coroutines", coroutines), coroutines);
    }
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
}
