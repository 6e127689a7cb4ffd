package dev.offload.coroutines.internal.job;

import dev.offload.CancelReason;
import dev.offload.coroutines.internal.kinds.KindSettings;
import org.jspecify.annotations.Nullable;

/**
 * How work is submitted: who owns the job, whether its outcome will be requested, and the effect of
 * a full queue.
 */
enum Verb {
  /** The scope owns the job. */
  SUBMIT,

  /** Like SUBMIT, but a full queue only makes the caller wait. */
  SUBMIT_WHEN_ROOM,

  /** Like SUBMIT, from a recorder, which remembers a failure. */
  LAUNCH,

  /** The lease holders own the job. */
  SHARE,

  /** Like SHARE, but a full queue only makes the caller wait. */
  SHARE_WHEN_ROOM,

  /** Like SHARE, from a caller that always waits for the outcome. */
  CALL,

  /** Nobody owns the job or ever receives its outcome. */
  SPAWN;

  /** The reason the loss of the last lease cancels the job with; null if the job then continues. */
  @Nullable CancelReason onLastLease(KindSettings kind) {
    return switch (this) {
      case SUBMIT, SUBMIT_WHEN_ROOM, LAUNCH -> CancelReason.CANCELLED;
      case SHARE, SHARE_WHEN_ROOM, CALL -> kind.whenAbandoned();
      case SPAWN -> null;
    };
  }

  /** Whether a failure needs no report, because it is always seen. */
  boolean isObserved() {
    return this == LAUNCH || this == CALL;
  }

  /** Whether a full queue rejects the job, which is then counted and reported. */
  boolean isRefusedByFullQueue() {
    return this != SUBMIT_WHEN_ROOM && this != SHARE_WHEN_ROOM;
  }
}
