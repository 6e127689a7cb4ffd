package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * The base class of the library's own exceptions, for work that did not succeed or was not
 * accepted. An exception thrown by a body is not wrapped in one of these; it reaches the callers as
 * it is.
 *
 * <p>Messages name the kind of the work, and its id only if {@link OffloadConfig#showIds()} is set.
 *
 * @since 0.1
 */
public abstract sealed class OffloadException extends RuntimeException
    permits DuplicateWaiterException,
        KeyStuckException,
        OffloadCancelledException,
        OffloadCycleException,
        OffloadFailedException,
        OffloadRejectedException,
        OffloadTimeoutException,
        WaitMapClosedException {
  private static final long serialVersionUID = 1L;

  /**
   * For the subclasses in this package.
   *
   * @param message what was wrong and, where it helps, what to do
   * @param cause the cause, or null
   */
  protected OffloadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
