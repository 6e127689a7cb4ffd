package dev.offload.coroutines.internal.report;

import java.time.Duration;

/**
 * Limits how often one thing is logged about one kind of work: if all of it fails, a thousand log
 * messages a second help nobody. Reports left out are counted, and the next report states their
 * number.
 */
final class ReportRate {
  /** The maximum number logged per window. */
  public static final int MOST = 10;

  static final Duration WINDOW = Duration.ofMinutes(1);

  /** The result for a report that is left out. */
  static final long LEFT_OUT = -1;

  // Guarded by this:
  private long windowStart;
  private int logged;
  private long leftOut;

  /** Counts one report; returns how many were left out before it, or {@link #LEFT_OUT}. */
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

  /** Returns and resets the number of reports left out. */
  synchronized long takeLeftOut() {
    long told = leftOut;
    leftOut = 0;
    return told;
  }
}
