package dev.offload.examples.desk.files;

import java.io.IOException;

/** A stored file is not there any more as it was; the message says what is wrong with it. */
public final class MissingFileException extends IOException {
  private static final long serialVersionUID = 1;

  MissingFileException(String wrong) {
    super(wrong);
  }
}
