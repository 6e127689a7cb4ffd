package dev.offload.examples.desk.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.BooleanSupplier;

/**
 * A stored file, open to be read. It stays readable as it is while it is deleted or stored anew.
 */
public final class StoredFile implements AutoCloseable {
  private static final int BUFFER_SIZE = 64 * 1024;

  private final FileChannel bytes;
  private final long size;

  StoredFile(FileChannel bytes, long size) {
    this.bytes = bytes;
    this.size = size;
  }

  /**
   * Answers how large the file is.
   *
   * @return the number of its bytes
   */
  public long size() {
    return size;
  }

  /**
   * Copies a part of the file.
   *
   * @param from where the part begins
   * @param length how many bytes it has
   * @param to where they go
   * @param stopped asked before each piece
   * @throws MissingFileException if the file has become too short meanwhile
   * @throws IOException if it cannot be read or written, or was stopped
   */
  public void copy(long from, long length, OutputStream to, BooleanSupplier stopped)
      throws IOException {
    byte[] buffer = new byte[BUFFER_SIZE];
    long end = from + length;
    for (long at = from; at < end; ) {
      if (stopped.getAsBoolean()) {
        throw new IOException("the copy was stopped");
      }
      int piece = (int) Math.min(buffer.length, end - at);
      int read = bytes.read(ByteBuffer.wrap(buffer, 0, piece), at);
      if (read < 0) {
        throw new MissingFileException("it has only " + at + " bytes any more");
      }
      to.write(buffer, 0, read);
      at += read;
    }
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
