package dev.offload;

import java.time.Duration;

/**
 * Makes a task recorder keep the values of its successes, and bounds how many and for how long; it
 * then also keeps the time of each success. A launch of a task that has succeeded returns the kept
 * value. What is evicted, as the oldest of too many or because it is too old, is the value only:
 * the task remains SUCCEEDED.
 *
 * <p>Instances are immutable.
 *
 * @param max the maximum number of values, at least 1
 * @param age how long a value is available
 * @since 0.1
 */
public record KeepValues(int max, Duration age) {

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code max} is below 1, or {@code age} is null, not longer
   *     than zero, or longer than a {@code long} of nanoseconds can hold
   */
  public KeepValues {
    if (max < 1) {
      throw new IllegalArgumentException("max must be at least 1, but is " + max);
    }
    age = Arguments.positive("age", age);
  }

  /**
   * Returns bounds for the values to keep.
   *
   * @param max the maximum number of values, at least 1
   * @param age how long a value is available
   * @return the bounds
   * @throws IllegalArgumentException as for the constructor
   */
  public static KeepValues of(int max, Duration age) {
    return new KeepValues(max, age);
  }
}
