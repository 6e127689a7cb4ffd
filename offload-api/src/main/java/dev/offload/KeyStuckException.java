package dev.offload;

import java.time.Duration;

/**
 * The submission waited for a cancelled body under its key, which did not end in time. Bodies of
 * one key never overlap, so the new body did not run. Make the old body respond to cancellation or
 * interruption, or submit with {@link ConflictPolicy#ALLOW}.
 *
 * @since 0.1
 */
public final class KeyStuckException extends OffloadException {
  private static final long serialVersionUID = 1L;

  private final Duration waited;

  /**
   * Created by the library.
   *
   * @param label the key as text
   * @param waited how long the submission waited
   */
  public KeyStuckException(String label, Duration waited) {
    super(
        label
            + " is stuck: a cancelled body under this key has not ended within "
            + waited
            + ", so the new one was not started",
        null);
    this.waited = waited;
  }

  /**
   * Returns how long the submission waited.
   *
   * @return the time
   */
  public Duration waited() {
    return waited;
  }
}
