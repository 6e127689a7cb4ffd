package dev.offload;

/**
 * Thrown when a key of a wait map already has a waiter; there can be only one. The existing wait is
 * not affected.
 *
 * @since 0.1
 */
public final class DuplicateWaiterException extends OffloadException {
  private static final long serialVersionUID = 1L;

  /**
   * Created by the library.
   *
   * @param mapName the name of the wait map
   */
  public DuplicateWaiterException(String mapName) {
    super(
        mapName
            + ": somebody waits for this key already; wait under a key of your own, or close the first waiter",
        null);
  }
}
