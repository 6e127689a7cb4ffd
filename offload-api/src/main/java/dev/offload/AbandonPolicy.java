package dev.offload;

/**
 * What happens to a shared job when the last caller who wanted its result has left.
 *
 * @since 0.1
 */
public enum AbandonPolicy {
  /** The job is cancelled ({@link CancelReason#ABANDONED}). */
  CANCEL,
  /**
   * The job goes on to its end, for its effect (a cache that is filled, say); it can still be
   * joined.
   */
  FINISH
}
