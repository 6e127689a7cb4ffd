package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.coroutines.internal.kinds.KindSettings;
import org.jspecify.annotations.Nullable;

/**
 * How work is submitted: who owns the job, who is going to ask for its outcome, what a full queue
 * means.
 */
enum Verb {
  /** The scope owns the job. */
  SUBMIT,

  /** As SUBMIT, but a full queue is only a reason to wait. */
  SUBMIT_WHEN_ROOM,

  /** As SUBMIT, by a recorder, which remembers a failure. */
  LAUNCH,

  /** Those who hold a lease own the job. */
  SHARE,

  /** As SHARE, but a full queue is only a reason to wait. */
  SHARE_WHEN_ROOM,

  /** As SHARE, by one who waits for the outcome in any case. */
  CALL,

  /** Nobody owns the job, or ever gets its outcome. */
  SPAWN;

  /** What the loss of the last lease cancels the job with; null if it then goes on. */
  @Nullable CancelReason onLastLease(KindSettings kind) {
    return switch (this) {
      case SUBMIT, SUBMIT_WHEN_ROOM, LAUNCH -> CancelReason.CANCELLED;
      case SHARE, SHARE_WHEN_ROOM, CALL -> kind.whenAbandoned();
      case SPAWN -> null;
    };
  }

  /** Whether a failure needs no report, because it is seen in any case. */
  boolean isObserved() {
    return this == LAUNCH || this == CALL;
  }

  /** Whether a full queue refuses the job, which then is counted and reported. */
  boolean isRefusedByFullQueue() {
    return this != SUBMIT_WHEN_ROOM && this != SHARE_WHEN_ROOM;
  }
}
