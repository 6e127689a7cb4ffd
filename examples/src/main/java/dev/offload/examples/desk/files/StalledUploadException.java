package dev.offload.examples.desk.files;

import java.net.SocketTimeoutException;

/** Of an upload no more bytes came. */
public final class StalledUploadException extends Exception {
  private static final long serialVersionUID = 1;

  StalledUploadException(SocketTimeoutException cause) {
    super("the upload stands still", cause);
  }
}
