package dev.offload.examples.desk.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stores each file in one directory, under its id, and knows how large each has to be. What was
 * there before this storage has the right size; its bytes are not read.
 */
public final class DiskStorage implements Storage {
  private static final String GONE = "it is not on the disk any more";

  private final Path directory;
  private final Map<FileId, Long> sizes = new ConcurrentHashMap<>();

  /**
   * Makes a storage.
   *
   * @param directory where files go, on the file system of the uploads
   */
  public DiskStorage(Path directory) {
    this.directory = directory;
  }

  @Override
  public void store(Path upload, FileId id) throws IOException {
    try (FileChannel written = FileChannel.open(upload, StandardOpenOption.WRITE)) {
      written.force(true); // or a loss of power might leave a name without bytes
    }
    long size = Files.size(upload);
    Files.move(upload, path(id), StandardCopyOption.ATOMIC_MOVE);
    sizes.put(id, size);
  }

  @Override
  public long delete(FileId id) throws IOException {
    Path path = path(id);
    long size = 0;
    try {
      size = Files.size(path);
      Files.delete(path);
    } catch (NoSuchFileException e) {
      size = 0; // someone else was faster, which is no reason to keep it recorded
    }
    sizes.remove(id);
    return size;
  }

  @Override
  public @Nullable String wrong(FileId id) {
    try {
      BasicFileAttributes found = Files.readAttributes(path(id), BasicFileAttributes.class);
      return found.isRegularFile() ? wrong(id, found.size()) : "something else is in its place";
    } catch (NoSuchFileException e) {
      return GONE;
    } catch (IOException e) {
      return null; // it may well be there
    }
  }

  private @Nullable String wrong(FileId id, long size) {
    Long expected = sizes.get(id);
    return expected == null || expected == size
        ? null
        : "it has " + size + " bytes on the disk, and had " + expected;
  }

  @Override
  public StoredFile open(FileId id) throws IOException {
    FileChannel bytes;
    try {
      bytes = FileChannel.open(path(id), StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new MissingFileException(GONE);
    }
    try {
      long size = bytes.size();
      String wrong = wrong(id, size);
      if (wrong != null) {
        throw new MissingFileException(wrong);
      }
      return new StoredFile(bytes, size);
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  @Override
  public List<FileId> stored() throws IOException {
    List<FileId> ids = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (FileId.isId(name) && Files.isRegularFile(file)) {
          FileId id = FileId.of(name);
          sizes.put(id, Files.size(file));
          ids.add(id);
        }
      }
    }
    return ids;
  }

  private Path path(FileId id) {
    return directory.resolve(id.hex());
  }
}
