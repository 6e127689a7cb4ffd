package dev.offload.coroutines.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The queue of those who need permits of the same pools. What keeps the first of them waiting keeps
 * them all: while it has any, it stands in the line of one pool that has no room. Guarded by {@link
 * WaitGraph#LOCK}.
 */
final class Lane {
  final List<PermitPool> pools;

  /** Jobs that wait for permits, by time of arrival. */
  private final TreeMap<Long, Ticket> tickets = new TreeMap<>();

  /** Those of them that bodies under limits wait for. */
  final TreeMap<Long, Ticket> awaited = new TreeMap<>();

  /** Callers that wait until there is room to submit, by time of arrival. */
  private final TreeMap<Long, RoomWaiter> forRoom = new TreeMap<>();

  /** The pool in whose line it stands, and the place there. */
  private @Nullable PermitPool line;

  private long place;

  Lane(List<PermitPool> pools) {
    this.pools = pools;
  }

  boolean hasRoom() {
    return firstFull() == null;
  }

  /** A pool without room, or null. */
  @Nullable PermitPool firstFull() {
    for (PermitPool pool : pools) {
      if (!pool.hasRoom()) {
        return pool;
      }
    }
    return null;
  }

  List<PermitPool> allFull() {
    List<PermitPool> full = new ArrayList<>(pools.size());
    for (PermitPool pool : pools) {
      if (!pool.hasRoom()) {
        full.add(pool);
      }
    }
    return full;
  }

  /** Whether a submission would be taken. */
  boolean takesSubmission() {
    return hasRoom() || firstFullQueue() == null;
  }

  /** A pool without a place in its queue, or null. */
  @Nullable PermitPool firstFullQueue() {
    for (PermitPool pool : pools) {
      if (!pool.hasQueueRoom()) {
        return pool;
      }
    }
    return null;
  }

  /** Whether there may be permits for one of its jobs, if they are lent. */
  boolean mayBeLent() {
    for (PermitPool pool : pools) {
      if (!pool.mayGive()) {
        return false;
      }
    }
    return true;
  }

  /** Whether a permit its jobs lack is held by a body that waits. */
  boolean lacksWhatIsIdle() {
    for (PermitPool pool : pools) {
      if (!pool.hasRoom() && pool.mayGive()) {
        return true;
      }
    }
    return false;
  }

  void queue(int change) {
    pools.forEach(pool -> pool.queue(change));
  }

  // Jobs.

  Ticket first() {
    return tickets.firstEntry().getValue();
  }

  /** Adds a job for which there is no room. */
  void add(Ticket ticket) {
    tickets.put(ticket.arrival, ticket);
    pools.forEach(pool -> pool.inLane++);
    standInLine();
  }

  void remove(Ticket ticket) {
    tickets.remove(ticket.arrival);
    pools.forEach(pool -> pool.inLane--);
    if (awaited.remove(ticket.arrival) != null && awaited.isEmpty()) {
      pools.forEach(pool -> pool.awaited.remove(this));
    }
    standInLine();
  }

  void isAwaited(Ticket ticket) {
    if (awaited.put(ticket.arrival, ticket) == null && awaited.size() == 1) {
      pools.forEach(pool -> pool.awaited.add(this));
    }
  }

  /**
   * Stands where it has to wait, if it has any. There is such a place: a step lets go one permit of
   * a pool, and the first who goes by that takes it.
   */
  void standInLine() {
    Map.Entry<Long, Ticket> first = tickets.firstEntry();
    PermitPool next = first == null ? null : firstFull();
    if (line != null && (next != line || first.getKey() != place)) {
      line.waiting.remove(place);
      line = null;
    }
    if (next != null && line == null) {
      line = next;
      place = first.getKey();
      next.waiting.put(place, this);
    }
  }

  // Callers who wait for room.

  @Nullable RoomWaiter firstForRoom() {
    return forRoom.isEmpty() ? null : forRoom.firstEntry().getValue();
  }

  void addForRoom(RoomWaiter waiter) {
    boolean isFirst = forRoom.isEmpty();
    forRoom.put(waiter.arrival, waiter);
    if (isFirst) {
      pools.forEach(pool -> pool.forRoom.put(waiter.arrival, this));
    }
  }

  void removeForRoom(RoomWaiter waiter) {
    RoomWaiter before = firstForRoom();
    if (forRoom.remove(waiter.arrival) != null && before == waiter) {
      RoomWaiter after = firstForRoom();
      for (PermitPool pool : pools) {
        pool.forRoom.remove(waiter.arrival);
        if (after != null) {
          pool.forRoom.put(after.arrival, this);
        }
      }
    }
  }
}
