package dev.offload;

/**
 * Somebody waits for this key already, and a key of a wait map has one waiter. The first wait is
 * not touched.
 *
 * @since 0.1
 */
public final class DuplicateWaiterException extends OffloadException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
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
