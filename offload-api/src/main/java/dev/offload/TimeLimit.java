package dev.offload;

/**
 * Which time limit was exceeded.
 *
 * @since 0.1
 */
public enum TimeLimit {
  /** {@link TimeoutPolicy#startWithin()}: the body did not start in time, and never will. */
  START_WITHIN,
  /** {@link TimeoutPolicy#cancelAfter()}: the body ran too long. */
  CANCEL_AFTER,
  /** A scope timed out, and was cancelled with everything in it. */
  SCOPE,
  /** A wait got no value in time. */
  WAIT
}
