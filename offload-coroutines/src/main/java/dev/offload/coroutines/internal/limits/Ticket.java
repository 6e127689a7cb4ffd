package dev.offload.coroutines.internal.limits;

import dev.offload.coroutines.internal.limits.PermitPool.Hold;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job under concurrency limits holds of them. Guarded by the lock of the waits.
 *
 * <pre>
 *  state    counts as   from             when
 *  -------  ----------  ---------------  ----------------------------------------------------------
 *  NEW      nothing                      it is not known yet whether the job is placed
 *  PLACE    queued      NEW              placed, but there is no permit or it is a successor; or it
 *                                        is to be placed, and the place was taken in advance
 *  PERMIT   running     NEW              placed, and everything it needs was free
 *  IN_LANE  queued      PLACE            it has no predecessor (any more)
 *  STARTED  running     PERMIT, IN_LANE  its body has been handed over
 *  DONE     nothing     all              the job has ended, or was not placed after all
 * </pre>
 */
public abstract class Ticket {
  public enum State {
    NEW,
    PLACE,
    PERMIT,
    IN_LANE,
    STARTED,
    DONE
  }

  public final Lane lane;
  public State state = State.NEW;

  /** The time of entering the lane; unique. */
  public long arrival;

  /** Its holds on permits, including those it has lent; one of each pool. */
  public List<Hold> holds = List.of();

  /** The pool whose queue had no place for it; null for none. */
  public @Nullable PermitPool refusedBy;

  protected Ticket(Lane lane) {
    this.lane = lane;
  }

  /** Whether the body of the job waits, so that its permits may be lent. */
  protected abstract boolean isBlocked();

  public boolean isInLane() {
    return state == State.IN_LANE;
  }
}
