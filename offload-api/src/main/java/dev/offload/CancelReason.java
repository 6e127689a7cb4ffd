package dev.offload;

/**
 * Why a job was cancelled.
 *
 * @since 0.1
 */
public enum CancelReason {
  /**
   * It was cancelled by key or with {@code cancelAll}, or it was not shared and its last holder
   * gave it up.
   */
  CANCELLED,
  /**
   * The last holder of a shared job left, and its {@link AbandonPolicy} cancels it: at once, or
   * when the {@link AbandonPolicy#linger linger} time is over.
   */
  ABANDONED,
  /** A submission under the same key replaced it ({@link ConflictPolicy#REPLACE}). */
  REPLACED,
  /**
   * It ran longer than {@link TimeoutPolicy#cancelAfter()}, or did not start within {@link
   * TimeoutPolicy#startWithin()}.
   */
  TIMED_OUT,
  /** The scope that owns it ended. */
  SCOPE_CLOSED
}
