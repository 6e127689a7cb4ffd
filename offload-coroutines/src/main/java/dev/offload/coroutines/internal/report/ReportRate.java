package dev.offload.coroutines.internal.report;

import java.time.Duration;

/**
 * How often one thing is logged about one kind of work: when all of it fails, a log that says so a
 * thousand times a second helps nobody. What is left out is counted, and the next report tells how
 * many it stands for.
 */
final class ReportRate {
  /** How many are logged in a window. */
  public static final int MOST = 10;

  static final Duration WINDOW = Duration.ofMinutes(1);

  /** The answer for a report that is left out. */
  static final long LEFT_OUT = -1;

  // Guarded by this:
  private long windowStart;
  private int logged;
  private long leftOut;

  /** One more: how many were left out before it, or {@link #LEFT_OUT}. */
  synchronized long next(long nanos) {
    if (logged == 0 || nanos - windowStart >= WINDOW.toNanos()) {
      windowStart = nanos;
      logged = 0;
    }
    if (logged >= MOST) {
      leftOut++;
      return LEFT_OUT;
    }
    logged++;
    return takeLeftOut();
  }

  /** How many were left out, and are told now. */
  synchronized long takeLeftOut() {
    long told = leftOut;
    leftOut = 0;
    return told;
  }
}
