package dev.offload;

import java.time.Duration;

/**
 * That a task recorder keeps what its tasks answered, of how many successes, and how long; and when
 * each success was. Whoever launches a task that has succeeded is given what is kept. What falls
 * out, because it is the oldest of too many or too old, is a value: the task has succeeded as
 * before.
 *
 * <p>Instances are immutable.
 *
 * @param max how many values at most, at least 1
 * @param age how long one is told
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
   * Keeps values.
   *
   * @param max how many at most, at least 1
   * @param age how long one is told
   * @return the bounds
   * @throws IllegalArgumentException as the constructor
   */
  public static KeepValues of(int max, Duration age) {
    return new KeepValues(max, age);
  }
}
