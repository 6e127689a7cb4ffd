package consumer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import kotlin.KotlinVersion;
import kotlinx.coroutines.Job;

/** Which versions a program has found. */
final class Versions {
  private Versions() {}

  static String found() throws IOException {
    return "Kotlin " + KotlinVersion.CURRENT + ", coroutines " + coroutines();
  }

  private static String coroutines() throws IOException {
    try (InputStream file =
        Job.class.getModule().getResourceAsStream("META-INF/kotlinx_coroutines_core.version")) {
      if (file == null) {
        throw new IOException("the coroutines do not tell their version");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
