package dev.offload.coroutines.internal;

import dev.offload.coroutines.internal.PermitPool.Permit;
import java.util.List;

/**
 * What a job under concurrency limits holds of them. Guarded by the lock of {@link Admission}.
 *
 * <pre>
 *  state    counts as   from               when
 *  -------  ----------  -----------------  --------------------------------------------------------
 *  PLACE    queued      (new), PERMIT      accepted, but there is no permit or it is a successor
 *  PERMIT   running     (new)              accepted, and everything it needs was free
 *  IN_LANE  queued      PLACE              it has no predecessor (any more)
 *  STARTED  running     PERMIT, IN_LANE    its body has been handed over
 *  DONE     nothing     all                the job has ended, or was not placed after all
 * </pre>
 */
final class Ticket {
  enum State {
    PLACE,
    PERMIT,
    IN_LANE,
    STARTED,
    DONE
  }

  final JobCell<?> job;
  final Lane lane;
  State state = State.PLACE;

  /** The time of entering the lane; unique. */
  long arrival;

  /** The permits it runs on, also those it has lent. */
  List<Permit> permits = List.of();

  Ticket(JobCell<?> job, Lane lane) {
    this.job = job;
    this.lane = lane;
  }

  boolean isInLane() {
    return state == State.IN_LANE;
  }
}
