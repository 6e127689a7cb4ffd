package dev.offload.examples.desk.files;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** Says what went wrong, in words for clients. */
public final class Causes {
  private Causes() {}

  /**
   * Describes a failure in one line, without the paths of this machine, which is what the messages
   * of the JDK begin with.
   *
   * @param failure what was thrown
   * @return what happened
   */
  public static String describe(Throwable failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    String message =
        failure instanceof FileSystemException ofFile ? ofFile.getReason() : failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
