package dev.offload.coroutines.internal;

import dev.offload.coroutines.internal.PermitPool.Permit;
import dev.offload.coroutines.internal.Ticket.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Admits jobs that are under concurrency limits. One lock for a manager; jobs without a limit never
 * come here. Nothing of the user's runs under the lock: each operation answers what is left to do.
 *
 * <p>After each operation nothing is left that could be granted:
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
 */
final class Admission {
  private long clock;

  /** Jobs in lanes that bodies wait for, by arrival. */
  private final TreeMap<Long, Ticket> awaited = new TreeMap<>();

  /** The lanes in which callers wait for room to submit. */
  private final Set<Lane> lanesForRoom = new LinkedHashSet<>();

  /** What to do after the lock is let go. */
  static final class Effects {
    final List<JobCell<?>> started = new ArrayList<>(1);
    private final List<RoomWaiter> told = new ArrayList<>(0);

    /** Tells callers; starts nothing. */
    void tellRoom() {
      told.forEach(RoomWaiter::tell);
    }

    void run() {
      Aftermath after = Aftermath.enter();
      try {
        tellRoom();
        after.start(started);
      } finally {
        after.exit();
      }
    }
  }

  // A job's way.

  /**
   * Takes permits or a place in the queue; false if there is neither.
   *
   * @param beyond whether to take a place even if there is none, for a job that replaces another
   */
  synchronized boolean reserve(Ticket ticket, boolean beyond) {
    if (ticket.lane.hasRoom()) {
      grant(ticket, State.PERMIT, null);
      return true;
    }
    if (!beyond && !ticket.lane.takesSubmission()) {
      return false;
    }
    queue(ticket, 1);
    return true;
  }

  /** The job turned out to be a successor: it waits with a place, and its permits go to others. */
  synchronized Effects park(Ticket ticket) {
    Effects effects = new Effects();
    if (ticket.state == State.PERMIT) {
      release(ticket);
      ticket.state = State.PLACE;
      queue(ticket, 1);
      settle(ticket.lane, effects);
    }
    return effects;
  }

  /**
   * The job has no predecessor (any more): starts it when it has its permits.
   *
   * @param before effects to add to
   */
  synchronized Effects enter(Ticket ticket, @Nullable Effects before) {
    Effects effects = before == null ? new Effects() : before;
    if (ticket.state == State.PERMIT) {
      ticket.state = State.STARTED;
      effects.started.add(ticket.job);
    } else if (ticket.state == State.PLACE) {
      ticket.state = State.IN_LANE;
      ticket.arrival = clock++;
      ticket.lane.add(ticket);
      if (ticket.job.isAwaitedByJob()) {
        awaited.put(ticket.arrival, ticket);
      }
      settle(ticket.lane, effects);
    }
    return effects;
  }

  /** The job has ended, or was not placed. */
  synchronized Effects leave(Ticket ticket) {
    Effects effects = new Effects();
    switch (ticket.state) {
      case PLACE -> queue(ticket, -1);
      case IN_LANE -> {
        queue(ticket, -1);
        takeOutOfLane(ticket);
      }
      case PERMIT, STARTED -> release(ticket);
      case DONE -> {
        return effects;
      }
    }
    ticket.state = State.DONE;
    settle(ticket.lane, effects);
    return effects;
  }

  /** A body has begun to wait for the job, directly or through others. */
  synchronized Effects awaited(JobCell<?> job) {
    Effects effects = new Effects();
    Ticket ticket = job.ticket();
    if (ticket != null && ticket.isInLane()) {
      awaited.put(ticket.arrival, ticket);
      settleAwaited(effects);
    }
    return effects;
  }

  /** For people: what the job lacks. */
  synchronized @Nullable String lacks(Ticket ticket) {
    if (ticket.state != State.PLACE && ticket.state != State.IN_LANE) {
      return null;
    }
    List<String> full = new ArrayList<>();
    for (PermitPool pool : ticket.lane.pools) {
      if (!pool.hasRoom()) {
        full.add("a permit of " + pool.owner);
      }
    }
    return full.isEmpty() ? null : String.join(" and ", full);
  }

  // Callers that wait for room.

  /** Adds a waiter, or lets it wait on after a try; false if there is room and it may try now. */
  synchronized boolean awaitRoom(Lane lane, RoomWaiter waiter, boolean again) {
    if (!again) {
      waiter.arrival = clock++;
    }
    if (lane.takesSubmission()) {
      waiter.told = true;
      lane.forRoom.put(waiter.arrival, waiter);
      lanesForRoom.add(lane);
      return false;
    }
    waiter.told = false;
    lane.forRoom.put(waiter.arrival, waiter);
    lanesForRoom.add(lane);
    return true;
  }

  /** The waiter has submitted, or gives up: if there is room, it is the next one's turn. */
  synchronized Effects leaveRoom(Lane lane, RoomWaiter waiter) {
    Effects effects = new Effects();
    lane.forRoom.remove(waiter.arrival);
    if (lane.forRoom.isEmpty()) {
      lanesForRoom.remove(lane);
    }
    tellRoom(effects);
    return effects;
  }

  /** Tells the oldest in each lane with room, one at a time; it tells the next when it is done. */
  private void tellRoom(Effects effects) {
    for (Lane lane : lanesForRoom) {
      RoomWaiter first = lane.forRoom.firstEntry().getValue();
      if (!first.told && lane.takesSubmission()) {
        first.told = true;
        effects.told.add(first);
      }
    }
  }

  // Granting.

  private void settle(Lane changed, Effects effects) {
    for (PermitPool pool : changed.pools) {
      grantOldest(pool, effects);
    }
    settleAwaited(effects);
    tellRoom(effects);
  }

  /** Rule 1, for the lanes of one pool. */
  private void grantOldest(PermitPool pool, Effects effects) {
    while (pool.hasRoom()) {
      Lane lane = firstWithRoom(pool.lanes.values());
      if (lane == null) {
        return;
      }
      start(lane.first(), null, effects);
    }
  }

  private static @Nullable Lane firstWithRoom(Collection<Lane> lanes) {
    for (Lane lane : lanes) {
      if (lane.hasRoom()) {
        return lane;
      }
    }
    return null;
  }

  /** Rules 2 and 3. */
  private void settleAwaited(Effects effects) {
    while (!awaited.isEmpty()) {
      if (!lendToFirst(WaitGraph::leads, awaited.values(), effects) && !unstick(effects)) {
        return;
      }
    }
  }

  /** Starts the first of the tickets that can be, with permits that are free or may be lent. */
  private boolean lendToFirst(
      BiPredicate<JobCell<?>, JobCell<?>> lends, Collection<Ticket> tickets, Effects effects) {
    for (Ticket ticket : tickets) {
      List<Permit> lent = findLent(ticket, lends);
      if (lent != null) {
        start(ticket, lent, effects);
        return true;
      }
    }
    return false;
  }

  /** The permits to lend to a job, for the pools that have no room; null if one has no lender. */
  private static @Nullable List<Permit> findLent(
      Ticket ticket, BiPredicate<JobCell<?>, JobCell<?>> lends) {
    List<Permit> lent = new ArrayList<>(1);
    for (PermitPool pool : ticket.lane.pools) {
      if (pool.hasRoom()) {
        continue;
      }
      Permit found = null;
      for (Permit permit : pool.permits) {
        if (permit.user().isBlocked() && lends.test(permit.user(), ticket.job)) {
          found = permit;
          break;
        }
      }
      if (found == null) {
        return null;
      }
      lent.add(found);
    }
    return lent;
  }

  private void start(Ticket ticket, @Nullable List<Permit> lent, Effects effects) {
    takeOutOfLane(ticket);
    queue(ticket, -1);
    grant(ticket, State.STARTED, lent);
    effects.started.add(ticket.job);
  }

  private void takeOutOfLane(Ticket ticket) {
    ticket.lane.remove(ticket);
    awaited.remove(ticket.arrival);
  }

  private static void grant(Ticket ticket, State state, @Nullable List<Permit> lent) {
    ticket.state = state;
    List<Permit> permits = new ArrayList<>(ticket.lane.pools.size());
    for (PermitPool pool : ticket.lane.pools) {
      if (pool.hasRoom()) {
        Permit permit = new Permit(pool);
        pool.permits.add(permit);
        permits.add(permit);
      }
    }
    if (lent != null) {
      permits.addAll(lent);
    }
    permits.forEach(permit -> permit.lendTo(ticket.job));
    ticket.permits = permits;
  }

  private static void release(Ticket ticket) {
    for (Permit permit : ticket.permits) {
      if (permit.remove(ticket.job)) {
        permit.pool.permits.remove(permit);
      }
    }
    ticket.permits = List.of();
  }

  private static void queue(Ticket ticket, int change) {
    for (PermitPool pool : ticket.lane.pools) {
      pool.queued += change;
    }
  }

  // Rule 3.

  /** Starts one of the jobs held up for ever, if there are any. */
  private boolean unstick(Effects effects) {
    if (awaited.values().stream().noneMatch(Admission::mayBeStuck)) {
      return false;
    }
    Set<JobCell<?>> stuck = stuck();
    List<Ticket> waiting = new ArrayList<>(awaited.values());
    waiting.removeIf(ticket -> !stuck.contains(ticket.job));
    return lendToFirst(
        (lender, job) -> stuck.contains(lender) || WaitGraph.leads(lender, job), waiting, effects);
  }

  /** A quick look that spares the long one: is any pool used by waiting bodies only? */
  private static boolean mayBeStuck(Ticket ticket) {
    for (PermitPool pool : ticket.lane.pools) {
      if (!pool.hasRoom() && pool.permits.stream().allMatch(permit -> permit.user().isBlocked())) {
        return true;
      }
    }
    return false;
  }

  /** What cannot go on: all but those of whom it can be shown, step by step, that they can. */
  private Set<JobCell<?>> stuck() {
    Set<JobCell<?>> stuck = new HashSet<>();
    List<JobCell<?>> open = new ArrayList<>();
    awaited.values().forEach(ticket -> open.add(ticket.job));
    while (!open.isEmpty()) {
      JobCell<?> job = open.remove(open.size() - 1);
      if (stuck.add(job)) {
        job.forEachBlocker(open::add);
        fullPools(job).forEach(pool -> pool.permits.forEach(permit -> open.add(permit.user())));
      }
    }
    boolean changed = true;
    while (changed) {
      changed = stuck.removeIf(job -> goesOn(job, stuck));
    }
    return stuck;
  }

  private static boolean goesOn(JobCell<?> job, Set<JobCell<?>> stuck) {
    boolean[] blocked = {false};
    job.forEachBlocker(blocker -> blocked[0] |= stuck.contains(blocker));
    return !blocked[0]
        && fullPools(job).stream()
            .allMatch(pool -> pool.permits.stream().anyMatch(p -> !stuck.contains(p.user())));
  }

  /** The pools that keep a queued job waiting. */
  private static List<PermitPool> fullPools(JobCell<?> job) {
    Ticket ticket = job.ticket();
    if (ticket == null || !ticket.isInLane()) {
      return List.of();
    }
    List<PermitPool> full = new ArrayList<>(ticket.lane.pools);
    full.removeIf(PermitPool::hasRoom);
    return full;
  }
}
