package dev.offload;

/**
 * Why a job was cancelled.
 *
 * @since 0.1
 */
public enum CancelReason {
  /**
   * Someone cancelled it, by key or with {@code cancelAll}; or it was not shared, and the last of
   * its holders gave it up.
   */
  CANCELLED,
  /**
   * The last holder of a shared job left, and the kind's {@link AbandonPolicy} is {@link
   * AbandonPolicy#cancel()}.
   */
  ABANDONED,
  /** A submission under the same key replaced it ({@link ConflictPolicy#REPLACE}). */
  REPLACED,
  /**
   * It ran longer than {@link TimeoutPolicy#cancelAfter()}, or had not begun within {@link
   * TimeoutPolicy#startWithin()}.
   */
  TIMED_OUT,
  /** The scope that owns it ended. */
  SCOPE_CLOSED
}
