package dev.offload;

import org.jspecify.annotations.Nullable;

/**
 * The wait map is closed: no value will come. The cause is the one the map was closed with, if any.
 *
 * @since 0.1
 */
public final class WaitMapClosedException extends OffloadException {
  private static final long serialVersionUID = 1L;

  /**
   * Created by the library.
   *
   * @param mapName the name of the wait map
   * @param cause why the map was closed, or null
   */
  public WaitMapClosedException(String mapName, @Nullable Throwable cause) {
    super(mapName + " is closed, no value will come", cause);
  }
}
