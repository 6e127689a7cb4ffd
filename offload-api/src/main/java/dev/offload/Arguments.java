package dev.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Argument checks shared by the types of this package; each failure names the argument and the
 * rule.
 */
final class Arguments {

  /**
   * The longest duration the library can measure: what fits into a {@code long} of nanoseconds,
   * about 292 years.
   */
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private Arguments() {}

  static <T> T notNull(String argument, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(argument + " must not be null");
    }
    return value;
  }

  static Duration positive(String argument, @Nullable Duration value) {
    Duration checked = notNull(argument, value);
    if (checked.isNegative() || checked.isZero()) {
      throw new IllegalArgumentException(argument + " must be longer than zero, but is " + checked);
    }
    if (checked.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          argument + " must be at most " + LONGEST + " (a long of nanoseconds), but is " + checked);
    }
    return checked;
  }
}
