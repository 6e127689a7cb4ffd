package dev.offload;

/**
 * The state of a job. A job only moves down this list, and ends in one of the last three states.
 *
 * @since 0.1
 */
public enum JobState {
  /** Accepted and visible in its scope; its body has not started. */
  QUEUED,
  /** The body, or one of its child coroutines, is running. */
  RUNNING,
  /**
   * The outcome was decided by cancellation or a time limit and the callers have it; the body has
   * not ended yet.
   */
  CANCELLING,
  /** The body ended with a value. */
  SUCCEEDED,
  /** The body ended with an exception, or could not be started. */
  FAILED,
  /**
   * The outcome was decided by cancellation or a time limit, and the body has ended or never
   * started.
   */
  CANCELLED;

  /**
   * Returns whether the job still counts as active in its scope.
   *
   * @return true for {@link #QUEUED}, {@link #RUNNING} and {@link #CANCELLING}
   */
  public boolean isActive() {
    return this == QUEUED || this == RUNNING || this == CANCELLING;
  }
}
