package dev.offload.examples.desk.files;

import java.io.IOException;

/** A client broke off its upload. */
public final class BrokenUploadException extends Exception {
  private static final long serialVersionUID = 1;

  BrokenUploadException(IOException cause) {
    super("the upload broke off", cause);
  }
}
