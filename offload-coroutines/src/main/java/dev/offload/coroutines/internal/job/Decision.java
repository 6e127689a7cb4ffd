package dev.offload.coroutines.internal.job;

/** What an attempt to cancel a job decided. What follows is up to who made it. */
enum Decision {
  /** Nothing: the outcome was decided before. */
  TOO_LATE,

  /** A lease was dropped, and the job goes on, or is ended by others. */
  NOT_LAST,

  /** The job is CANCELLED, and its body never runs. */
  NEVER_STARTS,

  /** The job is CANCELLING, and its body is to be asked to stop. */
  RUNNING;

  /** Whether this attempt decided the outcome. */
  boolean cancels() {
    return this == NEVER_STARTS || this == RUNNING;
  }
}
