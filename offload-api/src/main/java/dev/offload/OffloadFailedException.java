package dev.offload;

/**
 * The job could not be started, or failed with an exception that must not reach a caller as it is:
 * an executor refused the body, or the body threw a {@link
 * java.util.concurrent.CancellationException} although nobody cancelled the job (from an inner
 * {@code withTimeout}, for example; rethrown as it is, it would look as if the caller were
 * cancelled). See the cause.
 *
 * @since 0.1
 */
public final class OffloadFailedException extends OffloadException {
  private static final long serialVersionUID = 1L;

  /**
   * Created by the library.
   *
   * @param message what happened to which kind of work
   * @param cause what the body or the executor threw
   */
  public OffloadFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
