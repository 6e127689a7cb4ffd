package dev.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of a job: {@code TimeoutPolicy.cancelAfter(Duration.ofSeconds(30))
 * .withStartWithin(Duration.ofSeconds(5))}.
 *
 * <p>Instances are immutable: each {@code with} method returns a changed copy. A policy given with
 * a submission replaces the kind's as a whole, and the kind's replaces the default. A caller that
 * joins a job in flight does not change its limits.
 *
 * @param startWithin cancels the job ({@link CancelReason#TIMED_OUT}) if its body has not started
 *     this long after the job was accepted: because a concurrency limit, an executor, or the
 *     previous run under its key delayed it, or because an executor lost it; null for never. A wait
 *     for room ({@code submitWhenRoom}) comes before that and does not count
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
   * Creates a policy.
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
   * Returns a policy without limits.
   *
   * @return the policy
   */
  public static TimeoutPolicy none() {
    return NONE;
  }

  /**
   * Returns a policy that only limits the time until the body starts.
   *
   * @param limit see {@link #startWithin()}
   * @return the policy
   * @throws IllegalArgumentException as for the constructor, also for null
   */
  public static TimeoutPolicy startWithin(Duration limit) {
    return NONE.withStartWithin(limit);
  }

  /**
   * Returns a policy that only reports.
   *
   * @param limit see {@link #warnAfter()}
   * @return the policy
   * @throws IllegalArgumentException as for the constructor, also for null
   */
  public static TimeoutPolicy warnAfter(Duration limit) {
    return NONE.withWarnAfter(limit);
  }

  /**
   * Returns a policy that only cancels what runs too long.
   *
   * @param limit see {@link #cancelAfter()}
   * @return the policy
   * @throws IllegalArgumentException as for the constructor, also for null
   */
  public static TimeoutPolicy cancelAfter(Duration limit) {
    return NONE.withCancelAfter(limit);
  }

  /**
   * Returns a copy with another limit on the time until the body starts.
   *
   * @param limit see {@link #startWithin()}
   * @return the copy
   * @throws IllegalArgumentException as for the constructor, also for null
   */
  public TimeoutPolicy withStartWithin(Duration limit) {
    return new TimeoutPolicy(Arguments.notNull("startWithin", limit), warnAfter, cancelAfter);
  }

  /**
   * Returns a copy with another time after which the job is reported.
   *
   * @param limit see {@link #warnAfter()}
   * @return the copy
   * @throws IllegalArgumentException as for the constructor, also for null
   */
  public TimeoutPolicy withWarnAfter(Duration limit) {
    return new TimeoutPolicy(startWithin, Arguments.notNull("warnAfter", limit), cancelAfter);
  }

  /**
   * Returns a copy with another time after which the job is cancelled.
   *
   * @param limit see {@link #cancelAfter()}
   * @return the copy
   * @throws IllegalArgumentException as for the constructor, also for null
   */
  public TimeoutPolicy withCancelAfter(Duration limit) {
    return new TimeoutPolicy(startWithin, warnAfter, Arguments.notNull("cancelAfter", limit));
  }
}
