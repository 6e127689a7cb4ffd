package dev.offload.coroutines.internal;

import dev.offload.coroutines.internal.PermitPool.Hold;
import dev.offload.coroutines.internal.Ticket.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Admits jobs that are under concurrency limits. Guarded, with the waits of bodies, by {@link
 * WaitGraph#LOCK}, whatever managers they belong to; jobs without a limit never come here. Nothing
 * of the user's runs under the lock: each operation is a {@link Step}, which keeps what is left to
 * do.
 *
 * <p>After each step nothing is left that could be granted:
 *
 * <ol>
 *   <li>No queued job finds room in all its pools. Of those that do, the oldest is granted first;
 *       one that lacks a permit elsewhere holds up nobody, and takes nothing meanwhile.
 *   <li>No queued job that bodies wait for could run on permits that are free or are held by those
 *       bodies. A permit is lent to one job at a time, which may lend it on, and goes back to the
 *       lender when that job has ended.
 *   <li>No jobs hold each other up for ever. Two bodies may wait for queued jobs that need each
 *       other's permits: nobody lends to his own, so nobody would go on. If everyone who could free
 *       a permit is held up so, an idle permit is lent to the oldest of the jobs waited for.
 * </ol>
 *
 * <p>So no wait for a queued job, of a body the {@link WaitGraph} sees, is a deadlock: take the set
 * of all that wait for ever. Each queued job in it lacks a pool whose permits are all used in the
 * set, by bodies that wait, since others end. Such a body waits in the end for a queued job of the
 * set (circles of waits do not come to be), and that job would have been lent a permit by 3.
 *
 * <p>Each rule is looked at only where a step can have broken it:
 *
 * <ol>
 *   <li>In the line of a pool that got room. A lane stands in the line of one pool without room, so
 *       a look at a lane starts a job or moves the lane to another line.
 *   <li>From what began to wait, if it or who waits for it holds a permit somebody queues for; from
 *       the lender that got its permit back; from the job that entered a lane; in the lanes of a
 *       pool that still has room, if their other pools have idle permits. A lender is searched from
 *       the queued job backward, along waits, until it is found.
 *   <li>From the same. Only pools all of whose permits are held by waiting bodies are looked into.
 * </ol>
 */
final class Admission {
  private static long clock;

  private Admission() {}

  // A job's way.

  /**
   * Takes permits or a place in the queue; false if there is neither.
   *
   * @param succeeds whether it has to wait for a predecessor, and so takes no permit
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
   * The job has no predecessor (any more): starts it when it has its permits.
   *
   * @param before a step to add to
   */
  static Step enter(Ticket ticket, @Nullable Step before) {
    Step step = before == null ? new Step() : before;
    synchronized (WaitGraph.LOCK) {
      if (ticket.state == State.PERMIT) {
        ticket.state = State.STARTED;
        step.started.add(ticket.job);
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

  /** The job has ended, or was not placed; null if it has no part in this. */
  static @Nullable Step ended(JobCell<?> job) {
    Ticket ticket = job.ticket();
    WaitNode node = job.node; // who makes it later finds the job ended
    if (ticket == null && node == null) {
      return null;
    }
    Step step = new Step();
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

  /** For people: what the job lacks. */
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

  /** Adds a waiter, or lets it wait on after a try; false if there is room and it may try now. */
  static boolean awaitRoom(Lane lane, RoomWaiter waiter, boolean again) {
    synchronized (WaitGraph.LOCK) {
      if (!again) {
        waiter.arrival = clock++;
        lane.addForRoom(waiter);
      }
      waiter.told = lane.takesSubmission();
      return !waiter.told;
    }
  }

  /** The waiter has submitted, or gives up: if there is room, it is the next one's turn. */
  static Step leaveRoom(Lane lane, RoomWaiter waiter) {
    Step step = new Step();
    synchronized (WaitGraph.LOCK) {
      lane.removeForRoom(waiter);
      step.roomFor.addAll(lane.pools);
      step.settle();
    }
    return step;
  }

  // Waits, by the WaitGraph.

  /** The body of a job has begun to wait, or waits no more. */
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

  /** A wait counts from now on: those who wait by it may have permits to lend to what it is for. */
  static void beganToWait(WaitNode waiting, WaitEdge wait, Step step) {
    boolean searched = false;
    for (WaitNode node : WaitGraph.downstream(wait)) {
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

  /** Of those that wait for the node, directly or through others. */
  private static boolean nobodyHoldsWhatIsLackedFor(WaitNode node) {
    return WaitGraph.upstream(node, waiter -> !holdsWhatIsLacked(waiter));
  }

  /** Whether the job has a permit, not lent by it, that others are queued for. */
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

  private static void grant(Ticket ticket, State state, List<Hold> lenders) {
    ticket.state = state;
    List<Hold> holds = new ArrayList<>(ticket.lane.pools.size());
    for (PermitPool pool : ticket.lane.pools) {
      Hold lender = null;
      for (Hold one : lenders) {
        if (one.pool == pool) {
          lender = one;
        }
      }
      holds.add(pool.give(ticket.job, lender));
    }
    ticket.holds = holds;
  }

  /** What one operation does, and what is left to do when the lock is let go. */
  static final class Step {
    final List<JobCell<?>> started = new ArrayList<>(1);
    final List<WaitEdge> refused = new ArrayList<>(0);
    private final List<RoomWaiter> told = new ArrayList<>(0);

    // What it has still to look at.

    /** Pools that got room for a job. */
    private final Queue<PermitPool> roomy = new ArrayDeque<>(2);

    /** Holders that got back what they had lent. */
    private final Queue<Hold> returned = new ArrayDeque<>(0);

    /** Pools that got room for a job or in the queue. */
    private final Set<PermitPool> roomFor = new LinkedHashSet<>(2);

    /** Those by whom others may have come to be held up for ever. */
    private final Queue<WaitNode> stuck = new ArrayDeque<>(0);

    /** Tells callers; starts nothing. Outside the lock, as all that follows. */
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

    private void queue(Ticket ticket) {
      ticket.state = State.IN_LANE;
      ticket.lane.add(ticket);
      WaitNode node = ticket.job.node();
      WaitGraph.relist(node);
      if (WaitGraph.isAwaited(node)
          && ticket.lane.lacksWhatIsIdle()
          && !nobodyHoldsWhatIsLackedFor(node)) {
        ticket.lane.isAwaited(ticket);
        lend(ticket, null);
        stuck.add(node);
      }
    }

    private void leave(Ticket ticket) {
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

    /** Starts a job with permits that are free, or else those of {@code lenders}. */
    private void start(Ticket ticket, List<Hold> lenders) {
      boolean wasInLane = ticket.isInLane();
      leaveQueue(ticket);
      grant(ticket, State.STARTED, lenders);
      if (wasInLane) {
        ticket.lane.remove(ticket);
        WaitGraph.relist(ticket.job.node());
      }
      started.add(ticket.job);
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
          lane.standInLine(); // where it lacks something now
        }
      }
    }

    /** Rule 2, with what is left of the room in a pool. */
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
          stuck.add(lane.awaited.firstEntry().getValue().job.node());
        }
      }
    }

    /** Rule 2, for who got a permit back and still waits. */
    private void lendAgain(Hold back) {
      WaitNode lender = back.job.node;
      if (lender == null || back.pool.inLane == 0) {
        return;
      }
      WaitGraph.downstream(
          lender,
          node -> {
            Ticket ticket = queued(node);
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
     * Starts a queued job if who waits for it has the permits that it lacks.
     *
     * @param back a permit that is known to be one of them; or null
     */
    private void lend(Ticket ticket, @Nullable Hold back) {
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
        WaitGraph.upstream(
            ticket.job.node(),
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
          if (lendsToo.test(hold.job)) {
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

    /** Tells the oldest in each lane with room, one at a time; who is done has the next told. */
    private void tellRoom() {
      for (PermitPool pool : roomFor) {
        for (Lane lane : pool.forRoom.values()) {
          RoomWaiter first = lane.firstForRoom();
          if (first != null && !first.told && lane.takesSubmission()) {
            first.told = true;
            told.add(first);
          }
        }
      }
      roomFor.clear();
    }

    // Rule 3.

    /** If the node is held up for ever, starts the oldest of the jobs that would be with it. */
    private void unstick(WaitNode node) {
      Set<WaitNode> stuck = Stuck.with(node);
      if (!stuck.contains(node)) {
        return;
      }
      List<Ticket> queued = new ArrayList<>();
      for (WaitNode one : stuck) {
        Ticket ticket = queued(one);
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

  /**
   * Finds what cannot go on: all but those of which it can be shown, step by step, that they can.
   */
  private static final class Stuck {
    /**
     * What the first one depends on; each before what it depends on, as far as there is no loop.
     */
    private final Set<WaitNode> met = new LinkedHashSet<>();

    static Set<WaitNode> with(WaitNode first) {
      Stuck found = new Stuck();
      found.met.add(first);
      found.meetAll(first);
      found.takeOut();
      return found.met;
    }

    private void meetAll(WaitNode first) {
      ArrayDeque<WaitNode> open = new ArrayDeque<>();
      for (WaitNode node = first; node != null; node = open.poll()) {
        WaitGraph.eachBlocker(node, (blocker, by) -> meet(blocker, open));
        for (PermitPool pool : lacked(node)) {
          if (pool.isAsleep()) {
            for (Hold hold = pool.firstTop; hold != null; hold = hold.nextTop) {
              meet(hold.job.node(), open);
            }
          }
        }
      }
    }

    private void meet(WaitNode node, ArrayDeque<WaitNode> open) {
      if (met.add(node)) {
        open.add(node);
      }
    }

    private void takeOut() {
      List<WaitNode> last = new ArrayList<>(met);
      Collections.reverse(last);
      while (last.removeIf(node -> goesOn(node) && met.remove(node))) {
        // those that depend on them may go on, too
      }
    }

    private boolean goesOn(WaitNode node) {
      boolean[] heldUp = {false};
      WaitGraph.eachBlocker(node, (blocker, by) -> heldUp[0] |= met.contains(blocker));
      if (heldUp[0]) {
        return false;
      }
      for (PermitPool pool : lacked(node)) {
        if (allMet(pool)) { // none of them works: that one would go on
          return false;
        }
      }
      return true;
    }

    private boolean allMet(PermitPool pool) {
      for (Hold hold = pool.firstTop; hold != null; hold = hold.nextTop) {
        if (!met.contains(hold.job.node())) {
          return false;
        }
      }
      return true;
    }

    private static List<PermitPool> lacked(WaitNode node) {
      Ticket ticket = queued(node);
      return ticket == null ? List.of() : ticket.lane.allFull();
    }
  }
}
