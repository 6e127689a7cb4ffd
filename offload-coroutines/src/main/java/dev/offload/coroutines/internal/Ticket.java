package dev.offload.coroutines.internal;

import dev.offload.coroutines.internal.PermitPool.Hold;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job under concurrency limits holds of them. Guarded by {@link WaitGraph#LOCK}.
 *
 * <pre>
 *  state    counts as   from             when
 *  -------  ----------  ---------------  ----------------------------------------------------------
 *  NEW      nothing                      it is not known yet whether it is placed
 *  PLACE    queued      NEW              placed, but there is no permit or it is a successor; or it
 *                                        is to be placed, and this was taken before
 *  PERMIT   running     NEW              placed, and everything it needs was free
 *  IN_LANE  queued      PLACE            it has no predecessor (any more)
 *  STARTED  running     PERMIT, IN_LANE  its body has been handed over
 *  DONE     nothing     all              the job has ended, or was not placed after all
 * </pre>
 */
final class Ticket {
  enum State {
    NEW,
    PLACE,
    PERMIT,
    IN_LANE,
    STARTED,
    DONE
  }

  final JobCell<?> job;
  final Lane lane;
  State state = State.NEW;

  /** The time of entering the lane; unique. */
  long arrival;

  /** Its holds on permits, also those it has lent; one of each pool. */
  List<Hold> holds = List.of();

  /** Whose queue had no place for it; null for none. */
  @Nullable PermitPool refusedBy;

  Ticket(JobCell<?> job, Lane lane) {
    this.job = job;
    this.lane = lane;
  }

  boolean isInLane() {
    return state == State.IN_LANE;
  }
}
