package dev.offload.examples.desk.files;

import dev.offload.OffloadKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Receives uploads into temporary files of a directory of its own. */
public final class Inbox implements AutoCloseable {
  /** The work of receiving one upload. */
  public static final OffloadKind<FileId, FileId> RECEIVE = OffloadKind.named("file.receive");

  private static final int BUFFER_SIZE = 64 * 1024;

  private final Path directory;
  private final long maxSize;

  /**
   * Makes an inbox, and removes what one before it left behind.
   *
   * @param directory where temporary files go; nothing else may be in it
   * @param maxSize the size of the largest upload, in bytes
   * @throws IOException if the directory cannot be cleared
   */
  public Inbox(Path directory, long maxSize) throws IOException {
    this.directory = directory;
    this.maxSize = maxSize;
    clear();
  }

  private void clear() throws IOException {
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  /**
   * Makes room for one upload.
   *
   * @return an empty file
   * @throws InboxException if the disk fails
   */
  public TemporaryFile open() throws InboxException {
    try {
      return new TemporaryFile(Files.createTempFile(directory, "upload-", ".part"));
    } catch (IOException e) {
      throw new InboxException(e);
    }
  }

  /**
   * Refuses an upload that says itself that it is too large.
   *
   * @param size as announced, in bytes; negative if it was not
   * @throws TooLargeException if it is too large
   */
  public void requireRoomFor(long size) throws TooLargeException {
    if (size > maxSize) {
      throw new TooLargeException(maxSize);
    }
  }

  /**
   * Writes an upload to a file, and hashes it meanwhile.
   *
   * @param body the upload
   * @param file where it goes
   * @return what the upload is to be stored under
   * @throws TooLargeException if the upload is larger than allowed; what is left of it is not read
   * @throws BrokenUploadException if the upload breaks off, or stands still for too long
   * @throws InboxException if the disk fails
   */
  public FileId receive(InputStream body, TemporaryFile file)
      throws TooLargeException, BrokenUploadException, InboxException {
    MessageDigest hash = sha256();
    byte[] buffer = new byte[BUFFER_SIZE];
    long size = 0;
    try (OutputStream out = Files.newOutputStream(file.path(), StandardOpenOption.WRITE)) {
      for (int read = read(body, buffer); read >= 0; read = read(body, buffer)) {
        size += read;
        requireRoomFor(size);
        hash.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      throw new InboxException(e);
    }
    return FileId.of(hash.digest());
  }

  /**
   * Removes what is left. To be called when the manager has ended: of an upload that was cut off,
   * the request may not have come to it.
   */
  @Override
  public void close() throws IOException {
    clear();
  }

  private static int read(InputStream body, byte[] buffer) throws BrokenUploadException {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new BrokenUploadException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
