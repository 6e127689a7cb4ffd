package dev.offload;

import java.time.Duration;

/**
 * A time limit was exceeded: of a job, which was cancelled ({@link CancelReason#TIMED_OUT}), of a
 * scope, or of a wait in a wait map. {@link #exceeded()} returns which.
 *
 * @since 0.1
 */
public final class OffloadTimeoutException extends OffloadException {
  private static final long serialVersionUID = 1L;

  private final TimeLimit exceeded;
  private final Duration limit;

  private OffloadTimeoutException(TimeLimit exceeded, Duration limit, String message) {
    super(message, null);
    this.exceeded = exceeded;
    this.limit = limit;
  }

  /**
   * Created by the library, for {@link TimeLimit#CANCEL_AFTER}.
   *
   * @param label the key as text
   * @param limit how long the body was allowed to run
   * @return the exception
   */
  public static OffloadTimeoutException ranTooLong(String label, Duration limit) {
    return new OffloadTimeoutException(
        TimeLimit.CANCEL_AFTER,
        limit,
        label + " was cancelled: it ran longer than its limit of " + limit);
  }

  /**
   * Created by the library, for {@link TimeLimit#START_WITHIN}.
   *
   * @param label the key as text
   * @param limit the time within which the body should have started
   * @return the exception
   */
  public static OffloadTimeoutException notStarted(String label, Duration limit) {
    return new OffloadTimeoutException(
        TimeLimit.START_WITHIN,
        limit,
        label
            + " was cancelled: its body had not begun within "
            + limit
            + "; look for a full executor, a concurrency limit, or a long run of the same key");
  }

  /**
   * Created by the library, for {@link TimeLimit#SCOPE}.
   *
   * @param scopeName the name of the scope
   * @param limit how long the scope was allowed to be open
   * @return the exception
   */
  public static OffloadTimeoutException scopeTimedOut(String scopeName, Duration limit) {
    return new OffloadTimeoutException(
        TimeLimit.SCOPE,
        limit,
        "scope '" + scopeName + "' was cancelled: it had not ended within " + limit);
  }

  /**
   * Created by the library, for {@link TimeLimit#WAIT}.
   *
   * @param mapName the name of the wait map
   * @param limit how long the wait lasted
   * @return the exception
   */
  public static OffloadTimeoutException noValue(String mapName, Duration limit) {
    return new OffloadTimeoutException(
        TimeLimit.WAIT, limit, mapName + ": no value came for the key within " + limit);
  }

  /**
   * Returns which limit was exceeded.
   *
   * @return which one
   */
  public TimeLimit exceeded() {
    return exceeded;
  }

  /**
   * Returns the limit that was exceeded.
   *
   * @return the limit
   */
  public Duration limit() {
    return limit;
  }
}
