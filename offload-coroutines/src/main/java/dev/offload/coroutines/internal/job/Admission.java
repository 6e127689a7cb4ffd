package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.limits.Lane;
import dev.offload.coroutines.internal.limits.PermitPool;
import dev.offload.coroutines.internal.limits.PermitPool.Hold;
import dev.offload.coroutines.internal.limits.RoomWaiter;
import dev.offload.coroutines.internal.limits.Ticket;
import dev.offload.coroutines.internal.limits.Ticket.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Admits jobs that are under concurrency limits. Guarded, together with the waits of bodies, by
 * {@link WaitGraph#LOCK}, across managers; jobs without a limit never come here. No user code runs
 * under the lock: each operation is an {@link AdmissionStep}, which keeps what remains to be done.
 *
 * <p>After each step nothing is left that could be granted:
 *
 * <ol>
 *   <li>No queued job finds room in all its pools. Of those that do, the oldest is granted first;
 *       one that lacks a permit elsewhere delays nobody, and takes nothing meanwhile.
 *   <li>No queued job that bodies wait for could run on permits that are free or are held by those
 *       bodies. A permit is lent to one job at a time, which may lend it on, and returns to the
 *       lender when that job has ended.
 *   <li>No jobs block each other for ever. Two bodies may wait for queued jobs that need each
 *       other's permits: neither could lend to its own, so neither would make progress. If all that
 *       could free a permit are blocked like this, an idle permit is lent to the oldest of the
 *       awaited jobs.
 * </ol>
 *
 * <p>So no wait for a queued job, by a body that the {@link WaitGraph} sees, is a deadlock: take
 * the set of all that wait for ever. Each queued job in it lacks a pool whose permits are all used
 * in the set, by bodies that wait, since others end. Such a body ultimately waits for a queued job
 * of the set (there are no cycles of waits), and that job would have been lent a permit by 3.
 *
 * <p>Each rule is checked only where a step can have broken it:
 *
 * <ol>
 *   <li>In the line of a pool that got room. A lane stands in the line of one pool without room, so
 *       checking a lane starts a job or moves the lane to another line.
 *   <li>From what began to wait, if it or something waiting for it holds a permit that others queue
 *       for; from the lender that got its permit back; from the job that entered a lane; in the
 *       lanes of a pool that still has room, if their other pools have idle permits. A lender is
 *       searched for from the queued job backward along waits, until it is found.
 *   <li>From the same. Only pools all of whose permits are held by waiting bodies are examined.
 * </ol>
 */
final class Admission {
  private static long clock;

  private Admission() {}

  // The life cycle of a job.

  /**
   * Takes permits or a place in the queue; false if neither is available.
   *
   * @param succeeds whether the job has to wait for a predecessor, and so takes no permit
   * @param beyond whether to take a place even if there is none, for a job that replaces another
   */
  static boolean reserve(Ticket ticket, boolean succeeds, boolean beyond) {
    synchronized (WaitGraph.LOCK) {
      if (ticket.state == State.PLACE) {
        return true; // taken before
      }
      if (!succeeds && ticket.lane.hasRoom()) {
        grant(ticket, State.PERMIT, List.of());
        return true;
      }
      ticket.refusedBy = beyond || ticket.lane.hasRoom() ? null : ticket.lane.firstFullQueue();
      if (ticket.refusedBy != null) {
        return false;
      }
      ticket.state = State.PLACE;
      ticket.lane.queue(1);
      return true;
    }
  }

  /**
   * The job has no predecessor (any more): starts it once it has its permits.
   *
   * @param before a step to add to
   */
  static AdmissionStep enter(Ticket ticket, @Nullable AdmissionStep before) {
    AdmissionStep step = before == null ? new AdmissionStep() : before;
    synchronized (WaitGraph.LOCK) {
      if (ticket.state == State.PERMIT) {
        ticket.state = State.STARTED;
        step.started.add(jobOf(ticket));
      } else if (ticket.state == State.PLACE) {
        ticket.arrival = clock++;
        if (ticket.lane.hasRoom()) {
          step.start(ticket, List.of());
        } else {
          step.queue(ticket);
        }
        step.settle();
      }
    }
    return step;
  }

  /** The job has ended, or was not placed; null if admission has nothing to do with it. */
  static @Nullable AdmissionStep ended(JobCell<?> job) {
    Ticket ticket = job.ticket();
    WaitNode node = job.node; // a node created later finds the job ended
    if (ticket == null && node == null) {
      return null;
    }
    AdmissionStep step = new AdmissionStep();
    synchronized (WaitGraph.LOCK) {
      if (node != null) {
        WaitGraph.isOver(node);
      }
      if (ticket != null) {
        step.leave(ticket);
        step.settle();
      }
    }
    return step;
  }

  /** The ticket of a job that waits for permits; null for others. */
  static @Nullable Ticket queued(WaitNode node) {
    Ticket ticket = node.job == null ? null : node.job.ticket();
    return ticket != null && ticket.isInLane() ? ticket : null;
  }

  /** A description of what the job lacks. */
  static @Nullable String lacks(Ticket ticket) {
    synchronized (WaitGraph.LOCK) {
      if (ticket.state != State.PLACE && ticket.state != State.IN_LANE) {
        return null;
      }
      List<String> full = new ArrayList<>();
      for (PermitPool pool : ticket.lane.allFull()) {
        full.add("a permit of " + pool.owner);
      }
      return full.isEmpty() ? null : String.join(" and ", full);
    }
  }

  // Callers that wait for room.

  /**
   * Adds a waiter, or lets it continue to wait after a try; false if there is room and it may try
   * now.
   */
  static boolean awaitRoom(Lane lane, RoomWaiter waiter, boolean again) {
    synchronized (WaitGraph.LOCK) {
      if (!again) {
        waiter.arrival = clock++;
        lane.addForRoom(waiter);
      }
      waiter.trying = lane.takesSubmission();
      return !waiter.trying;
    }
  }

  /** The waiter has submitted, or gives up: if there is room, it is the next one's turn. */
  static AdmissionStep leaveRoom(Lane lane, RoomWaiter waiter) {
    AdmissionStep step = new AdmissionStep();
    synchronized (WaitGraph.LOCK) {
      lane.removeForRoom(waiter);
      step.roomFor.addAll(lane.pools);
      step.settle();
    }
    return step;
  }

  // Called by WaitGraph.

  /** The body of a job has begun to wait, or has stopped waiting. */
  static void isBlocked(WaitNode node, int change) {
    Ticket ticket = node.job == null ? null : node.job.ticket();
    if (ticket != null) {
      for (Hold hold : ticket.holds) {
        if (hold.isOnTop()) {
          hold.pool.countIdle(change);
        }
      }
    }
  }

  /**
   * A wait counts from now on: those that wait through it may have permits to lend to what it leads
   * to.
   */
  static void beganToWait(WaitNode waiting, WaitEdge wait, AdmissionStep step) {
    boolean searched = false;
    for (WaitNode node : WaitSearch.downstream(wait)) {
      Ticket ticket = queued(node);
      if (ticket != null && ticket.lane.lacksWhatIsIdle()) {
        if (!searched && !holdsWhatIsLacked(waiting) && nobodyHoldsWhatIsLackedFor(waiting)) {
          return;
        }
        searched = true;
        ticket.lane.isAwaited(ticket);
        step.lend(ticket, null);
      }
    }
    if (searched) {
      step.stuck.add(waiting);
    }
  }

  /**
   * Whether no job that waits for the node, directly or indirectly, holds a permit that is lacked.
   */
  static boolean nobodyHoldsWhatIsLackedFor(WaitNode node) {
    return WaitSearch.upstream(node, waiter -> !holdsWhatIsLacked(waiter));
  }

  /** Whether the job has a permit that it has not lent and that others are queued for. */
  static boolean holdsWhatIsLacked(WaitNode node) {
    Ticket ticket = node.job == null ? null : node.job.ticket();
    if (ticket != null) {
      for (Hold hold : ticket.holds) {
        if (hold.isOnTop() && hold.pool.inLane > 0) {
          return true;
        }
      }
    }
    return false;
  }

  static JobCell<?> jobOf(Ticket ticket) {
    return ((JobTicket) ticket).job; // the only class of tickets
  }

  static void grant(Ticket ticket, State state, List<Hold> lenders) {
    ticket.state = state;
    List<Hold> holds = new ArrayList<>(ticket.lane.pools.size());
    for (PermitPool pool : ticket.lane.pools) {
      Hold lender = null;
      for (Hold one : lenders) {
        if (one.pool == pool) {
          lender = one;
        }
      }
      holds.add(pool.give(ticket, lender));
    }
    ticket.holds = holds;
  }
}
