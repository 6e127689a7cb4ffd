package dev.offload.examples.desk.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a request, until somebody closes it: then the next read fails, whoever reads. A
 * cancelled job is interrupted, but Tomcat ignores an interrupt while it waits for bytes.
 *
 * <p>What it reads from is the container's, and stays open.
 */
final class UploadBody extends FilterInputStream {
  private volatile boolean closed;

  UploadBody(InputStream body) {
    super(body);
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    requireOpen();
    return read;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    requireOpen();
    return read;
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the upload was cancelled");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
