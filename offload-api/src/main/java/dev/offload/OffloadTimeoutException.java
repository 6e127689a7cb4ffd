package dev.offload;

import java.time.Duration;

/**
 * The job ran longer than its {@link TimeoutPolicy#cancelAfter()} and was cancelled.
 *
 * @since 0.1
 */
public final class OffloadTimeoutException extends OffloadException {
  private static final long serialVersionUID = 1L;

  private final Duration limit;

  /**
   * Made by the library.
   *
   * @param label the key as text
   * @param limit the limit that was passed
   */
  public OffloadTimeoutException(String label, Duration limit) {
    super(label + " was cancelled: it ran longer than its limit of " + limit, null);
    this.limit = limit;
  }

  /**
   * Returns the limit that was passed.
   *
   * @return the limit
   */
  public Duration limit() {
    return limit;
  }
}
