package dev.offload.examples.desk.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is gone when its owner has ended. At first that is whoever closes it; {@link
 * #leaveTo} makes it a future.
 *
 * <p>To be closed by the thread that leaves it, or never.
 */
public final class TemporaryFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TemporaryFile.class);

  private final Path path;
  private boolean left;

  TemporaryFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /**
   * Leaves the file to work that goes on after this owner: it is removed when that has ended,
   * however, even if it never got to run.
   */
  void leaveTo(CompletableFuture<?> owner) {
    left = true;
    var unused = owner.whenComplete((value, failure) -> remove());
  }

  /** Removes the file, unless it was moved away. What cannot be removed is so at the next start. */
  void remove() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("a temporary file is left until the next start: {}", Causes.describe(e));
    }
  }

  /** Removes the file, unless it was left to another owner. */
  @Override
  public void close() {
    if (!left) {
      remove();
    }
  }
}
