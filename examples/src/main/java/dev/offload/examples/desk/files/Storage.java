package dev.offload.examples.desk.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where files stay. Its methods block; {@link #store} and {@link #delete} are called for one id by
 * one thread at a time.
 */
public interface Storage {

  /**
   * Stores a file. It is there as a whole, or not at all.
   *
   * @param upload the bytes; the file is taken away
   * @param id of the bytes
   * @throws IOException if the disk fails; the file may be left
   */
  void store(Path upload, FileId id) throws IOException;

  /**
   * Deletes a file.
   *
   * @param id of the file
   * @return how many bytes that freed
   * @throws IOException if the disk fails; the file is still there
   */
  long delete(FileId id) throws IOException;

  /**
   * Looks whether a stored file is still there as it was stored, as far as that can be told without
   * reading it.
   *
   * @param id of the file
   * @return what is wrong with it; null if nothing is, or the disk does not tell
   */
  @Nullable String wrong(FileId id);

  /**
   * Opens a stored file.
   *
   * @param id of the file
   * @return the file, to be closed
   * @throws MissingFileException if it is not there as it was stored
   * @throws IOException if the disk fails
   */
  StoredFile open(FileId id) throws IOException;

  /**
   * Lists what is stored.
   *
   * @return the ids, in no order
   * @throws IOException if the disk fails
   */
  List<FileId> stored() throws IOException;
}
