package dev.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of a job: {@code TimeoutPolicy.cancelAfter(Duration.ofSeconds(30))
 * .withStartWithin(Duration.ofSeconds(5))}.
 *
 * <p>Instances are immutable: each {@code with} method answers a changed copy. A policy given with
 * a submission replaces the kind's as a whole, and that one the default. A caller that joins a job
 * in flight does not change its limits.
 *
 * @param startWithin cancels the job ({@link CancelReason#TIMED_OUT}) if its body has not begun
 *     this long after the job was accepted: because a concurrency limit, an executor, or the run
 *     before it under its key held it up, or because an executor lost it; null for never. A wait
 *     for room ({@code submitWhenRoom}) comes before and does not count
 * @param warnAfter reports the job when its body has run this long, and again with the total when
 *     it ends; null for never
 * @param cancelAfter cancels the job when its body has run this long ({@link
 *     CancelReason#TIMED_OUT}); null for never
 * @since 0.1
 */
public record TimeoutPolicy(
    @Nullable Duration startWithin, @Nullable Duration warnAfter, @Nullable Duration cancelAfter) {

  private static final TimeoutPolicy NONE = new TimeoutPolicy(null, null, null);

  /**
   * Makes a policy.
   *
   * @throws IllegalArgumentException if a duration is not longer than zero, is longer than a {@code
   *     long} of nanoseconds can hold, or if {@code warnAfter} is not shorter than {@code
   *     cancelAfter} (it could never report)
   */
  public TimeoutPolicy {
    if (startWithin != null) {
      Arguments.positive("startWithin", startWithin);
    }
    if (warnAfter != null) {
      Arguments.positive("warnAfter", warnAfter);
    }
    if (cancelAfter != null) {
      Arguments.positive("cancelAfter", cancelAfter);
      if (warnAfter != null && warnAfter.compareTo(cancelAfter) >= 0) {
        throw new IllegalArgumentException(
            "warnAfter must be shorter than cancelAfter, but "
                + warnAfter
                + " is not shorter than "
                + cancelAfter);
      }
    }
  }

  /**
   * Returns the policy without limits.
   *
   * @return the policy
   */
  public static TimeoutPolicy none() {
    return NONE;
  }

  /**
   * Returns the policy that only limits the time until the body begins.
   *
   * @param limit see {@link #startWithin()}
   * @return the policy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public static TimeoutPolicy startWithin(Duration limit) {
    return NONE.withStartWithin(limit);
  }

  /**
   * Returns the policy that only reports.
   *
   * @param limit see {@link #warnAfter()}
   * @return the policy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public static TimeoutPolicy warnAfter(Duration limit) {
    return NONE.withWarnAfter(limit);
  }

  /**
   * Returns the policy that only cancels what runs too long.
   *
   * @param limit see {@link #cancelAfter()}
   * @return the policy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public static TimeoutPolicy cancelAfter(Duration limit) {
    return NONE.withCancelAfter(limit);
  }

  /**
   * Returns a copy with another time for the body to begin.
   *
   * @param limit see {@link #startWithin()}
   * @return the copy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public TimeoutPolicy withStartWithin(Duration limit) {
    return new TimeoutPolicy(Arguments.notNull("startWithin", limit), warnAfter, cancelAfter);
  }

  /**
   * Returns a copy with another time after which it reports.
   *
   * @param limit see {@link #warnAfter()}
   * @return the copy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public TimeoutPolicy withWarnAfter(Duration limit) {
    return new TimeoutPolicy(startWithin, Arguments.notNull("warnAfter", limit), cancelAfter);
  }

  /**
   * Returns a copy with another time after which it cancels.
   *
   * @param limit see {@link #cancelAfter()}
   * @return the copy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public TimeoutPolicy withCancelAfter(Duration limit) {
    return new TimeoutPolicy(startWithin, warnAfter, Arguments.notNull("cancelAfter", limit));
  }
}
