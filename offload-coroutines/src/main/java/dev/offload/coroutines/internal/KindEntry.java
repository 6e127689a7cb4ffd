package dev.offload.coroutines.internal;

import dev.offload.AbandonPolicy;
import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.JobState;
import dev.offload.KindPolicy;
import dev.offload.OffloadConfig;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.OffloadStats;
import dev.offload.TimeoutPolicy;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a manager knows of one kind: its settings, resolved once, and its counts.
 *
 * <p>Only what cannot be derived is counted. Active = accepted - ended, with the ended ones read
 * first: a job is counted as accepted before it can end, so active is never below zero.
 */
final class KindEntry {
  final OffloadKind<?> kind;

  private final @Nullable ConflictPolicy conflict;
  private final TimeoutPolicy timeout;
  private final AbandonPolicy abandon;

  private final LongAdder accepted = new LongAdder();
  private final LongAdder joined = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  KindEntry(OffloadKind<?> kind, OffloadConfig config) {
    this.kind = kind;
    KindPolicy policy = config.policyOf(kind.name());
    TimeoutPolicy limits = policy.timeout();
    AbandonPolicy whenLeft = policy.abandon();
    this.conflict = policy.conflict();
    this.timeout = limits == null ? TimeoutPolicy.none() : limits;
    this.abandon = whenLeft == null ? AbandonPolicy.CANCEL : whenLeft;
  }

  /** The conflict policy of a submission. */
  ConflictPolicy conflictFor(OffloadKey<?> key, @Nullable ConflictPolicy own) {
    boolean shareable = key instanceof OffloadKey.Keyed;
    if (own != null) {
      if (own == ConflictPolicy.JOIN && !shareable) {
        throw new IllegalArgumentException(
            "conflict must not be JOIN for " + key + ": only work under a Keyed key may be shared");
      }
      return own;
    }
    if (shareable) {
      return conflict == null ? ConflictPolicy.JOIN : conflict;
    }
    return conflict == null || conflict == ConflictPolicy.JOIN ? ConflictPolicy.REJECT : conflict;
  }

  TimeoutPolicy timeoutFor(@Nullable TimeoutPolicy own) {
    return own == null ? timeout : own;
  }

  /** What the loss of the last lease does to a shared job of this kind; null for nothing. */
  @Nullable CancelReason whenAbandoned() {
    return abandon == AbandonPolicy.CANCEL ? CancelReason.ABANDONED : null;
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
