package dev.offload.examples.desk.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Stores each file in one directory, under its id. */
public final class DiskStorage implements Storage {
  private final Path directory;

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
    Files.move(upload, path(id), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public long delete(FileId id) throws IOException {
    Path path = path(id);
    if (Files.notExists(path)) {
      return 0; // someone else was faster, which is no reason to keep it recorded
    }
    long size = Files.size(path);
    Files.delete(path);
    return size;
  }

  @Override
  public List<FileId> stored() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(FileId::isId)
          .map(FileId::of)
          .toList();
    }
  }

  private Path path(FileId id) {
    return directory.resolve(id.hex());
  }
}
