package dev.offload.coroutines.internal.recorder;

import dev.offload.KeepValues;
import dev.offload.coroutines.internal.job.JobCell;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a recorder keeps of successes, if configured: the time of each, and for the newest ones the
 * jobs, which have the values.
 *
 * <p>The lock guards only the queue, and no foreign code runs under it: the clock, which may be the
 * user's, is read before. A success that was revoked or dropped releases its job at once, and its
 * place in the queue when that is evicted; so there are never more values than configured.
 */
final class KeptValues {
  private final KeepValues bounds;
  private final long ageNanos;
  private final LongSupplier clock;

  /** Ordered by time, or nearly: two concurrent successes may be in either order. */
  private final Queue<Success> newest = new ArrayDeque<>();

  KeptValues(KeepValues bounds, LongSupplier clock) {
    this.bounds = bounds;
    this.ageNanos = bounds.age().toNanos();
    this.clock = clock;
  }

  /** The entry of a task that has succeeded. */
  static final class Success {
    private final long at;
    volatile @Nullable JobCell<?> job;

    private Success(long at, @Nullable JobCell<?> job) {
      this.at = at;
      this.job = job;
    }

    /** Clears the value: the success was removed. */
    void letGo() {
      job = null;
    }
  }

  /** Creates an entry; it is kept once it is {@linkplain #add added}. */
  Success success(@Nullable JobCell<?> job) {
    return new Success(clock.getAsLong(), job);
  }

  /** A success is recorded: the oldest ones may be evicted. */
  void add(Success success) {
    add(success, clock.getAsLong());
  }

  private synchronized void add(Success success, long now) {
    newest.add(success);
    for (Success first = newest.peek();
        first != null && (newest.size() > bounds.max() || now - first.at > ageNanos);
        first = newest.peek()) {
      newest.remove().letGo();
    }
  }

  /** The job that has the value; null if that is no longer kept. */
  @Nullable JobCell<?> jobOf(Success success) {
    return isOlderThan(success, ageNanos) ? null : success.job;
  }

  boolean isOlderThan(Success success, long nanos) {
    return clock.getAsLong() - success.at > nanos;
  }
}
