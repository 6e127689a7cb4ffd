package dev.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the body of a job may run. Both limits count from the start of the body, not from its
 * submission.
 *
 * <p>Instances are immutable. A policy given with a submission replaces the kind's as a whole, and
 * that one the default. A caller that joins a job in flight does not change its limits.
 *
 * @param warnAfter reports the job when it has run this long, and again with the total when it
 *     ends; null for never
 * @param cancelAfter cancels the job when it has run this long ({@link CancelReason#TIMED_OUT});
 *     null for never
 * @since 0.1
 */
public record TimeoutPolicy(@Nullable Duration warnAfter, @Nullable Duration cancelAfter) {

  private static final TimeoutPolicy NONE = new TimeoutPolicy(null, null);

  /**
   * Makes a policy.
   *
   * @throws IllegalArgumentException if a duration is not longer than zero, is longer than a {@code
   *     long} of nanoseconds can hold, or if {@code warnAfter} is not shorter than {@code
   *     cancelAfter} (it could never report)
   */
  public TimeoutPolicy {
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
   * Returns the policy that only reports.
   *
   * @param limit see {@link #warnAfter()}
   * @return the policy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public static TimeoutPolicy warnAfter(Duration limit) {
    return new TimeoutPolicy(Arguments.notNull("warnAfter", limit), null);
  }

  /**
   * Returns the policy that only cancels.
   *
   * @param limit see {@link #cancelAfter()}
   * @return the policy
   * @throws IllegalArgumentException as the constructor does, also for null
   */
  public static TimeoutPolicy cancelAfter(Duration limit) {
    return new TimeoutPolicy(null, Arguments.notNull("cancelAfter", limit));
  }
}
