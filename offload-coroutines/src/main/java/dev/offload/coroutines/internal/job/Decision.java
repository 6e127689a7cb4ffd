package dev.offload.coroutines.internal.job;

/** The result of an attempt to cancel a job. The caller has to do what follows from it. */
enum Decision {
  /** No effect: the outcome was decided before. */
  TOO_LATE,

  /** A lease was dropped; the job continues, or is ended by others. */
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
