package dev.offload.async;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Argument checks; each failure names the argument and the rule. */
final class Require {
  private Require() {}

  static <A> A notNull(String argument, @Nullable A value) {
    if (value == null) {
      throw new IllegalArgumentException(argument + " must not be null");
    }
    return value;
  }

  static Duration notNegative(String argument, @Nullable Duration value) {
    Duration checked = notNull(argument, value);
    if (checked.isNegative()) {
      throw new IllegalArgumentException(argument + " must not be negative, but is " + checked);
    }
    return checked;
  }

  static Duration positive(String argument, @Nullable Duration value) {
    Duration checked = notNull(argument, value);
    if (checked.isNegative() || checked.isZero()) {
      throw new IllegalArgumentException(argument + " must be longer than zero, but is " + checked);
    }
    try {
      long unused = checked.toNanos();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          argument + " must fit into a long of nanoseconds, but is " + checked, e);
    }
    return checked;
  }

  /** As nanoseconds, capped at the maximum. */
  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) { // more than 292 years
      return Long.MAX_VALUE;
    }
  }
}
