package dev.offload;

/**
 * Which limit of time was passed.
 *
 * @since 0.1
 */
public enum TimeLimit {
  /** {@link TimeoutPolicy#startWithin()}: the body had not begun in time, and never will. */
  START_WITHIN,
  /** {@link TimeoutPolicy#cancelAfter()}: the body ran too long. */
  CANCEL_AFTER,
  /** The time of a scope was over, and it was cancelled with all that was in it. */
  SCOPE,
  /** A wait got no value in its time. */
  WAIT
}
