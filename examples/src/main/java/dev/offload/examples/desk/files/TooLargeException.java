package dev.offload.examples.desk.files;

/** An upload is larger than allowed. */
public final class TooLargeException extends Exception {
  private static final long serialVersionUID = 1;

  TooLargeException(long maxSize) {
    super("the file is larger than " + maxSize + " bytes");
  }
}
