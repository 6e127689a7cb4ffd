package dev.offload;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a shared job when its last holder leaves: it is {@link #cancel() cancelled}, it
 * {@link #linger lingers} for a caller that may return, or it runs to its {@link #finish() end}.
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
   * Returns the policy that cancels the job at once ({@link CancelReason#ABANDONED}).
   *
   * @return the policy
   */
  public static AbandonPolicy cancel() {
    return CANCEL;
  }

  /**
   * Returns the policy that keeps the job running for a while in case a caller returns, such as a
   * rotated screen or a reconnecting client. If nobody joins the job within that time, it is
   * cancelled ({@link CancelReason#ABANDONED}).
   *
   * @param time how long, from the moment the last holder leaves; measured by the same clock as the
   *     job's time limits
   * @return the policy
   * @throws IllegalArgumentException if the time is null, zero, negative, or longer than fits into
   *     nanoseconds
   */
  public static AbandonPolicy linger(Duration time) {
    return new AbandonPolicy(Arguments.positive("time", time));
  }

  /**
   * Returns the policy that lets the job run to its end for its side effects (filling a cache, for
   * example); it can still be joined.
   *
   * @return the policy
   */
  public static AbandonPolicy finish() {
    return FINISH;
  }

  /**
   * Returns how long the job keeps running after its last holder has left.
   *
   * @return the time: zero for {@link #cancel()}, null for {@link #finish()}
   */
  public @Nullable Duration time() {
    return linger;
  }

  /** Returns whether {@code other} is a policy with the same time. */
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
