package dev.offload;

/**
 * The job failed with something that must not reach a caller as it is, or could not be started: a
 * {@link java.util.concurrent.CancellationException} that left the body although nobody cancelled
 * the job (an inner {@code withTimeout}, say; passed on raw it would look as if the caller were
 * cancelled), or an executor that refused the body. The cause tells.
 *
 * @since 0.1
 */
public final class OffloadFailedException extends OffloadException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened to which kind of work
   * @param cause what the body or the executor threw
   */
  public OffloadFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
