package dev.offload.examples.desk.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The directory of one desk, locked against a second one, which would take the uploads of the first
 * for leftovers.
 *
 * <pre>
 *  DIR/lock
 *  DIR/incoming/*.part   what is being received
 *  DIR/stored/SHA-256    what is stored
 * </pre>
 */
public final class DeskDirectory implements AutoCloseable {
  private final Path root;
  private final FileChannel lock;

  private DeskDirectory(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  /**
   * Makes the directory where it is missing, and locks it.
   *
   * @param root the directory
   * @return the directory, to be closed at the end
   * @throws DirectoryException if that is not possible, or another desk has it
   */
  public static DeskDirectory open(Path root) throws DirectoryException {
    try {
      Files.createDirectories(root);
      FileChannel lock =
          FileChannel.open(
              root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (!isLocked(lock)) {
          throw new DirectoryException(root + " is in use by another desk");
        }
        DeskDirectory directory = new DeskDirectory(root, lock);
        Files.createDirectories(directory.incoming());
        Files.createDirectories(directory.stored());
        return directory;
      } catch (IOException | DirectoryException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DirectoryException(root + " cannot be used: " + Causes.describe(e));
    }
  }

  private static boolean isLocked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by a desk in this very process
    }
  }

  /**
   * Answers where uploads are received. It is on the file system of {@link #stored()}, so that a
   * file gets from here to there in one step.
   *
   * @return the directory
   */
  public Path incoming() {
    return root.resolve("incoming");
  }

  /**
   * Answers where files are stored.
   *
   * @return the directory
   */
  public Path stored() {
    return root.resolve("stored");
  }

  /** Unlocks the directory. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
