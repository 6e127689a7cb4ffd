package dev.offload;

/**
 * Where a job stands. A job moves only downwards through this list, and ends in one of the last
 * three.
 *
 * @since 0.1
 */
public enum JobState {
  /** Accepted and visible in its scope; the body has not started. */
  QUEUED,
  /** The body runs, or one of its child coroutines does. */
  RUNNING,
  /**
   * A cancel or a time limit has decided the outcome and the callers have it; the body has not
   * ended yet.
   */
  CANCELLING,
  /** The body ended with a value. */
  SUCCEEDED,
  /** The body ended with an exception, or could not be started. */
  FAILED,
  /** A cancel or a time limit decided the outcome, and the body has ended or never started. */
  CANCELLED;

  /**
   * Tells whether the job still counts as active in its scope.
   *
   * @return true for {@link #QUEUED}, {@link #RUNNING} and {@link #CANCELLING}
   */
  public boolean isActive() {
    return this == QUEUED || this == RUNNING || this == CANCELLING;
  }
}
