package dev.offload.examples.desk.files;

import java.io.IOException;

/** An upload cannot be written to the disk. */
public final class InboxException extends Exception {
  private static final long serialVersionUID = 1;

  InboxException(IOException cause) {
    super("the disk failed: " + Causes.describe(cause), cause);
  }
}
