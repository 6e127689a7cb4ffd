package dev.offload.coroutines.internal;

import dev.offload.JobState;
import dev.offload.OffloadStats;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One kind in one scope: its counts, and its queue if it is under concurrency limits.
 *
 * <p>Only what cannot be derived is counted. Active = accepted - ended, with the ended ones read
 * first: a job is counted as accepted before it can end, so active is never below zero.
 */
final class Account {
  final KindEntry kind;

  /** Null if neither the kind nor the scope, nor one above it, has a concurrency limit. */
  final @Nullable Lane lane;

  private final LongAdder accepted = new LongAdder();
  private final LongAdder joined = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  Account(KindEntry kind, List<PermitPool> pools) {
    this.kind = kind;
    this.lane = pools.isEmpty() ? null : new Lane(pools);
  }

  void countAccepted() {
    accepted.increment();
  }

  /** Takes {@link #countAccepted()} back, for a job that was not placed after all. */
  void uncountAccepted() {
    accepted.decrement();
  }

  void countJoined() {
    joined.increment();
  }

  void countRejected() {
    rejected.increment();
  }

  void countEnded(JobState state) {
    switch (state) {
      case SUCCEEDED -> succeeded.increment();
      case FAILED -> failed.increment();
      default -> cancelled.increment();
    }
  }

  OffloadStats stats() {
    long ok = succeeded.sum();
    long bad = failed.sum();
    long dropped = cancelled.sum();
    // A job that is taken back may be seen before it was counted.
    long active = Math.max(0, accepted.sum() - ok - bad - dropped);
    return new OffloadStats(joined.sum(), rejected.sum(), ok, bad, dropped, active);
  }
}
