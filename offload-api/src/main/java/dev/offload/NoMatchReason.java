package dev.offload;

/**
 * Why nobody was waiting for a key that was woken, as far as the wait map remembers. By default a
 * map remembers nothing; otherwise it remembers the given number of most recent keys. A new wait
 * for a key makes the map forget it.
 *
 * @since 0.1
 */
public enum NoMatchReason {
  /** The map does not remember the key: nobody waited for it, or too long ago. */
  UNKNOWN,
  /**
   * Too late: the wait for the key ended without a value, because it timed out or was cancelled,
   * closed or failed. This value is the first since.
   */
  LATE,
  /**
   * The key has already been woken for the same wait, whether in time or late; or a value is
   * stored.
   */
  DUPLICATE
}
