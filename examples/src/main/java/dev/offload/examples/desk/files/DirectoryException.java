package dev.offload.examples.desk.files;

/** A directory cannot be used; the message says which and why, in one line. */
public final class DirectoryException extends Exception {
  private static final long serialVersionUID = 1;

  DirectoryException(String message) {
    super(message);
  }
}
