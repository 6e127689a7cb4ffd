package dev.offload.examples.desk.files;

/** A file cannot be had, as it is not stored. */
public final class NotStoredException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient FileStatus status;

  NotStoredException(FileStatus status) {
    super("the file is " + status.state());
    this.status = status;
  }

  /**
   * Tells how far the file has come instead.
   *
   * @return its state
   */
  public FileStatus status() {
    return status;
  }
}
