package dev.offload;

import java.time.Duration;

/**
 * That a wait map stores values for keys nobody waits for yet, how many, and how long. One value is
 * stored for a key. What falls out, because it is the oldest of too many or too old, goes to the
 * map's {@code onUndelivered}.
 *
 * <p>Instances are immutable.
 *
 * @param maxStored how many values at most, at least 1
 * @param maxAge how long one is stored
 * @since 0.1
 */
public record EarlyWakes(int maxStored, Duration maxAge) {

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code maxStored} is below 1, or {@code maxAge} is null,
   *     not longer than zero, or longer than a {@code long} of nanoseconds can hold
   */
  public EarlyWakes {
    if (maxStored < 1) {
      throw new IllegalArgumentException("maxStored must be at least 1, but is " + maxStored);
    }
    maxAge = Arguments.positive("maxAge", maxAge);
  }
}
