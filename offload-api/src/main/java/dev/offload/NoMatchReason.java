package dev.offload;

/**
 * Why nobody waited for a key that was woken, as far as the wait map remembers. A map remembers
 * nothing unless it was made to, and then so many keys as it was told, the last ones; a new wait
 * for a key makes it forgotten.
 *
 * @since 0.1
 */
public enum NoMatchReason {
  /** The map remembers nothing of the key: nobody asked, or it was too long ago. */
  UNKNOWN,
  /**
   * Too late: who waited for the key went without a value, because the time was over, or the wait
   * was cancelled, closed or failed. This value is the first to come since.
   */
  LATE,
  /** The key was woken before, for the same wait, be it in time or late; or a value is stored. */
  DUPLICATE
}
