package dev.offload.coroutines.internal.job;

import dev.offload.coroutines.internal.limits.Lane;
import dev.offload.coroutines.internal.limits.PermitPool;
import dev.offload.coroutines.internal.limits.PermitPool.Hold;
import dev.offload.coroutines.internal.limits.RoomWaiter;
import dev.offload.coroutines.internal.limits.Ticket;
import dev.offload.coroutines.internal.limits.Ticket.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one operation of {@link Admission} does, and what remains to be done after the lock is
 * released. Everything up to {@link #settle} happens under {@link WaitGraph#LOCK}.
 */
final class AdmissionStep {
  final List<JobCell<?>> started = new ArrayList<>(1);
  final List<WaitEdge> refused = new ArrayList<>(0);
  private final List<RoomWaiter> told = new ArrayList<>(0);

  // What is still to be checked.

  /** Pools that got room for a job. */
  private final Queue<PermitPool> roomy = new ArrayDeque<>(2);

  /** Holders that got back what they had lent. */
  private final Queue<Hold> returned = new ArrayDeque<>(0);

  /** Pools that got room for a job or in the queue. */
  final Set<PermitPool> roomFor = new LinkedHashSet<>(2);

  /** Nodes because of which others may have become blocked for ever. */
  final Queue<WaitNode> stuck = new ArrayDeque<>(0);

  /** Notifies callers; starts nothing. Called outside the lock, as all that follows. */
  void tell() {
    told.forEach(RoomWaiter::tell);
    told.clear();
    refused.forEach(WaitEdge::tellRefused);
    refused.clear();
  }

  void run() {
    if (started.isEmpty() && told.isEmpty() && refused.isEmpty()) {
      return;
    }
    Aftermath after = Aftermath.enter();
    try {
      tell();
      after.start(started);
    } finally {
      after.exit();
    }
  }

  void queue(Ticket ticket) {
    ticket.state = State.IN_LANE;
    ticket.lane.add(ticket);
    WaitNode node = Admission.jobOf(ticket).node();
    WaitGraph.relist(node);
    if (WaitSearch.isAwaited(node)
        && ticket.lane.lacksWhatIsIdle()
        && !Admission.nobodyHoldsWhatIsLackedFor(node)) {
      ticket.lane.isAwaited(ticket);
      lend(ticket, null);
      stuck.add(node);
    }
  }

  void leave(Ticket ticket) {
    switch (ticket.state) {
      case PLACE -> leaveQueue(ticket);
      case IN_LANE -> {
        leaveQueue(ticket);
        ticket.lane.remove(ticket);
      }
      case PERMIT, STARTED -> release(ticket);
      default -> {
        // nothing is held
      }
    }
    ticket.state = State.DONE;
  }

  private void leaveQueue(Ticket ticket) {
    ticket.lane.queue(-1);
    roomFor.addAll(ticket.lane.pools);
  }

  private void release(Ticket ticket) {
    for (Hold hold : ticket.holds) {
      boolean wasFull = !hold.pool.hasRoom();
      Hold back = hold.pool.takeBack(hold);
      if (back != null) {
        returned.add(back);
      } else if (wasFull && hold.pool.hasRoom()) {
        roomy.add(hold.pool);
        roomFor.add(hold.pool);
      }
    }
    ticket.holds = List.of();
  }

  /** Starts a job with free permits, or else with those of {@code lenders}. */
  void start(Ticket ticket, List<Hold> lenders) {
    boolean wasInLane = ticket.isInLane();
    leaveQueue(ticket);
    Admission.grant(ticket, State.STARTED, lenders);
    if (wasInLane) {
      ticket.lane.remove(ticket);
      WaitGraph.relist(Admission.jobOf(ticket).node());
    }
    started.add(Admission.jobOf(ticket));
  }

  // Settling.

  void settle() {
    while (true) {
      PermitPool pool = roomy.poll();
      if (pool != null) {
        grantOldest(pool);
        lendIn(pool);
        continue;
      }
      Hold back = returned.poll();
      if (back != null) {
        lendAgain(back);
        continue;
      }
      WaitNode node = stuck.poll();
      if (node == null) {
        break;
      }
      unstick(node);
    }
    tellRoom();
  }

  /** Rule 1. */
  private void grantOldest(PermitPool pool) {
    while (pool.hasRoom() && !pool.waiting.isEmpty()) {
      Lane lane = pool.waiting.firstEntry().getValue();
      if (lane.hasRoom()) {
        start(lane.first(), List.of());
      } else {
        lane.standInLine(); // for a pool that lacks room now
      }
    }
  }

  /** Rule 2, with the remaining room of a pool. */
  private void lendIn(PermitPool pool) {
    if (!pool.hasRoom() || pool.awaited.isEmpty()) {
      return;
    }
    for (Lane lane : List.copyOf(pool.awaited)) {
      if (!lane.mayBeLent()) {
        continue;
      }
      for (Map.Entry<Long, Ticket> one = lane.awaited.firstEntry();
          one != null && pool.hasRoom() && lane.mayBeLent();
          one = lane.awaited.higherEntry(one.getKey())) {
        lend(one.getValue(), null);
      }
      if (!lane.awaited.isEmpty()) {
        stuck.add(Admission.jobOf(lane.awaited.firstEntry().getValue()).node());
      }
    }
  }

  /** Rule 2, for a job that got a permit back and still waits. */
  private void lendAgain(Hold back) {
    WaitNode lender = Admission.jobOf(back.ticket).node;
    if (lender == null || back.pool.inLane == 0) {
      return;
    }
    WaitSearch.downstream(
        lender,
        node -> {
          Ticket ticket = Admission.queued(node);
          if (ticket != null) {
            lend(ticket, back);
            if (ticket.isInLane()) {
              ticket.lane.isAwaited(ticket); // it lacks something else, too
            }
          }
          return back.isOnTop();
        });
    if (back.isOnTop()) {
      stuck.add(lender);
    }
  }

  /**
   * Starts a queued job if those that wait for it have the permits that it lacks.
   *
   * @param back a permit known to be one of them, or null
   */
  void lend(Ticket ticket, @Nullable Hold back) {
    if (ticket.lane.mayBeLent()) {
      lend(ticket, back, waiter -> false);
    }
  }

  private boolean lend(Ticket ticket, @Nullable Hold back, Predicate<JobCell<?>> lendsToo) {
    List<PermitPool> lacked = ticket.lane.allFull();
    List<Hold> lenders = new ArrayList<>(1);
    if (back != null && lacked.remove(back.pool)) {
      lenders.add(back);
    }
    if (!lacked.isEmpty()) {
      WaitSearch.upstream(
          Admission.jobOf(ticket).node(),
          waiter -> {
            Ticket own = waiter.job == null ? null : waiter.job.ticket();
            if (own != null) {
              for (Hold hold : own.holds) {
                if (hold.isOnTop() && lacked.remove(hold.pool)) {
                  lenders.add(hold);
                }
              }
            }
            return !lacked.isEmpty();
          });
    }
    for (PermitPool pool : List.copyOf(lacked)) {
      for (Hold hold = pool.firstTop; hold != null; hold = hold.nextTop) {
        if (lendsToo.test(Admission.jobOf(hold.ticket))) {
          lacked.remove(pool);
          lenders.add(hold);
          break;
        }
      }
    }
    if (!lacked.isEmpty()) {
      return false;
    }
    start(ticket, lenders);
    return true;
  }

  /**
   * Notifies the oldest waiter of each lane with room, one at a time; a waiter that is done has the
   * next one notified.
   */
  private void tellRoom() {
    for (PermitPool pool : roomFor) {
      for (Lane lane : pool.forRoom.values()) {
        RoomWaiter first = lane.firstForRoom();
        if (first != null && !first.trying && lane.takesSubmission()) {
          first.trying = true;
          told.add(first);
        }
      }
    }
    roomFor.clear();
  }

  // Rule 3.

  /**
   * If the node is blocked for ever, starts the oldest of the jobs that would be blocked with it.
   */
  private void unstick(WaitNode node) {
    Set<WaitNode> stuck = HeldUp.with(node);
    if (!stuck.contains(node)) {
      return;
    }
    List<Ticket> queued = new ArrayList<>();
    for (WaitNode one : stuck) {
      Ticket ticket = Admission.queued(one);
      if (ticket != null) {
        queued.add(ticket);
      }
    }
    queued.sort(Comparator.comparingLong(ticket -> ticket.arrival));
    for (Ticket ticket : queued) {
      if (lend(ticket, null, holder -> holder.node != null && stuck.contains(holder.node))) {
        this.stuck.add(node); // there may be more
        return;
      }
    }
    queued.forEach(ticket -> ticket.lane.isAwaited(ticket)); // for the rest of what they lack
  }
}
