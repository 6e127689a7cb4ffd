package dev.offload;

import java.time.Duration;

/**
 * Makes a wait map store values for keys nobody is waiting for yet, and bounds how many and for how
 * long. At most one value is stored per key. A value that is evicted, as the oldest of too many or
 * because it is too old, goes to the map's {@code onUndelivered}.
 *
 * <p>Instances are immutable.
 *
 * @param maxStored the maximum number of values, at least 1
 * @param maxAge how long a value is stored
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
