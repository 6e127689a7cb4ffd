package dev.offload.coroutines.internal.kinds;

import dev.offload.JobState;
import dev.offload.OffloadStats;
import dev.offload.coroutines.internal.limits.Lane;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * One kind in one scope: its counts, and its queue if it is under concurrency limits.
 *
 * <p>Only ended jobs are counted here, each once, at its end. Jobs in flight are in the registry,
 * and each counts its joins by its leases.
 *
 * <p>Plain counters rather than striped adders: each job passes the gate of its scope anyway, which
 * is one word, and a scope per request has to be cheap.
 */
public final class ScopeKind {
  private static final int JOINED = 0;
  private static final int REJECTED = 1;
  private static final int SUCCEEDED = 2;
  private static final int FAILED = 3;
  private static final int CANCELLED = 4;
  private static final int ALL = 5;

  /** Set in the number of rejections when the parent scope has taken over these counts. */
  private static final long TAKEN_OVER = 1L << 62;

  public final KindSettings settings;

  /** Null if neither the kind nor the scope, nor one above it, has a concurrency limit. */
  public final @Nullable Lane lane;

  private final AtomicLongArray counts = new AtomicLongArray(ALL);

  public ScopeKind(KindSettings settings, @Nullable Lane lane) {
    this.settings = settings;
    this.lane = lane;
  }

  /** Counts a rejection; true if the scope has ended, and its parent has to count it, too. */
  public boolean countRejected() {
    return counts.getAndIncrement(REJECTED) >= TAKEN_OVER;
  }

  /** The scope has ended: returns the rejections so far, or 0 if they were taken over before. */
  private long takeOverRejected() {
    long before = counts.getAndAccumulate(REJECTED, TAKEN_OVER, (n, mark) -> n | mark);
    return before >= TAKEN_OVER ? 0 : before;
  }

  /** A job of this kind got a lease that does not stem from a submission. */
  public void uncountJoined() {
    counts.getAndDecrement(JOINED);
  }

  /** A job has ended, after {@code joined} submissions joined it. */
  public void countEnded(JobState state, long joined) {
    if (joined > 0) {
      counts.getAndAdd(JOINED, joined);
    }
    counts.getAndIncrement(
        switch (state) {
          case SUCCEEDED -> SUCCEEDED;
          case FAILED -> FAILED;
          default -> CANCELLED;
        });
  }

  /** Takes over the counts of a scope that has ended; rejections continue to be counted. */
  public void addAll(ScopeKind done) {
    for (int i = 0; i < ALL; i++) {
      long count = i == REJECTED ? done.takeOverRejected() : done.counts.get(i);
      if (count != 0) {
        counts.getAndAdd(i, count);
      }
    }
  }

  /** Like {@link #addAll}, for counts created after their scope had ended. */
  public void addRejected(ScopeKind late) {
    counts.getAndAdd(REJECTED, late.takeOverRejected());
  }

  /** The counts of ended jobs. */
  public OffloadStats stats() {
    return new OffloadStats(
        counts.get(JOINED),
        counts.get(REJECTED) & ~TAKEN_OVER,
        counts.get(SUCCEEDED),
        counts.get(FAILED),
        counts.get(CANCELLED),
        0);
  }
}
