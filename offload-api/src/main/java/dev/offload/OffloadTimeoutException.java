package dev.offload;

import java.time.Duration;

/**
 * The job ran longer than its {@link TimeoutPolicy#cancelAfter()} and was cancelled, or a wait in a
 * wait map got no value within its time.
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
    this(limit, label + " was cancelled: it ran longer than its limit of " + limit);
  }

  private OffloadTimeoutException(Duration limit, String message) {
    super(message, null);
    this.limit = limit;
  }

  /**
   * Made by the library, for a wait in a wait map.
   *
   * @param mapName the name of the wait map
   * @param limit how long the wait lasted
   * @return the exception
   */
  public static OffloadTimeoutException noValue(String mapName, Duration limit) {
    return new OffloadTimeoutException(
        limit, mapName + ": no value came for the key within " + limit);
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
