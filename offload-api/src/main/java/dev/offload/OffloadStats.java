package dev.offload;

/**
 * Counts of submissions by outcome, since the scope was opened.
 *
 * <p>Each submission is counted once, by its outcome. {@link #accepted()} and {@link #submitted()}
 * are sums of these counts, not counters of their own: they add up by definition, which proves
 * nothing. Under concurrent submissions the numbers are a momentary view; at rest they are exact.
 *
 * @param joined submissions that shared a job in flight
 * @param rejected submissions that were refused
 * @param succeeded jobs whose body ended with a value
 * @param failed jobs whose body ended with an exception or could not be started
 * @param cancelled jobs that were cancelled or timed out and whose body has ended
 * @param active jobs that are queued, running or being cancelled
 * @since 0.1
 */
public record OffloadStats(
    long joined, long rejected, long succeeded, long failed, long cancelled, long active) {

  /** All counts at zero. */
  public static final OffloadStats ZERO = new OffloadStats(0, 0, 0, 0, 0, 0);

  /**
   * Returns the number of submissions that became jobs.
   *
   * @return succeeded + failed + cancelled + active
   */
  public long accepted() {
    return succeeded + failed + cancelled + active;
  }

  /**
   * Returns the number of all submissions.
   *
   * @return accepted + joined + rejected
   */
  public long submitted() {
    return accepted() + joined + rejected;
  }

  /**
   * Adds two counts.
   *
   * @param other what to add
   * @return the sums
   */
  public OffloadStats plus(OffloadStats other) {
    return new OffloadStats(
        joined + other.joined,
        rejected + other.rejected,
        succeeded + other.succeeded,
        failed + other.failed,
        cancelled + other.cancelled,
        active + other.active);
  }
}
