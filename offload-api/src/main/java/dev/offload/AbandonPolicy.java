package dev.offload;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a shared job when the last caller who wanted its result has left: it is {@link
 * #cancel() cancelled}, or {@link #linger lingers} for somebody who comes back, or goes on to its
 * {@link #finish() end}.
 *
 * <p>Instances are immutable.
 *
 * @since 0.1
 */
public final class AbandonPolicy {
  private static final AbandonPolicy CANCEL = new AbandonPolicy(Duration.ZERO);
  private static final AbandonPolicy FINISH = new AbandonPolicy(null);

  private final @Nullable Duration linger;

  private AbandonPolicy(@Nullable Duration linger) {
    this.linger = linger;
  }

  /**
   * Returns the policy by which the job is cancelled at once ({@link CancelReason#ABANDONED}).
   *
   * @return the policy
   */
  public static AbandonPolicy cancel() {
    return CANCEL;
  }

  /**
   * Returns the policy by which the job goes on for a while, for a caller who comes back: a screen
   * that was rotated, a client that connects again. If nobody joins it within that time, it is
   * cancelled ({@link CancelReason#ABANDONED}).
   *
   * @param time how long, from the moment in which the last caller left; by the clock of the job's
   *     time limits
   * @return the policy
   * @throws IllegalArgumentException if the time is null, zero, negative, or longer than fits into
   *     nanoseconds
   */
  public static AbandonPolicy linger(Duration time) {
    return new AbandonPolicy(Arguments.positive("time", time));
  }

  /**
   * Returns the policy by which the job goes on to its end, for its effect (a cache that is filled,
   * say); it can still be joined.
   *
   * @return the policy
   */
  public static AbandonPolicy finish() {
    return FINISH;
  }

  /**
   * Tells how long the job goes on when nobody wants its result.
   *
   * @return the time, which is zero for {@link #cancel()}; null for {@link #finish()}
   */
  public @Nullable Duration time() {
    return linger;
  }

  /** Tells whether {@code other} is a policy of the same time. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AbandonPolicy that && Objects.equals(linger, that.linger);
  }

  /** Returns the hash code of the time. */
  @Override
  public int hashCode() {
    return Objects.hashCode(linger);
  }

  /** Returns the policy as it is written in code. */
  @Override
  public String toString() {
    if (linger == null) {
      return "finish()";
    }
    return linger.isZero() ? "cancel()" : "linger(" + linger + ")";
  }
}
