package dev.offload.coroutines.internal.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The queue of jobs that need permits of the same pools. What blocks the first of them blocks them
 * all: while the lane has any, it stands in the line of one pool that has no room. Guarded by the
 * lock of the waits.
 */
public final class Lane {
  public final List<PermitPool> pools;

  /** Jobs that wait for permits, by arrival. */
  private final TreeMap<Long, Ticket> tickets = new TreeMap<>();

  /** Those of them that bodies under limits wait for. */
  public final TreeMap<Long, Ticket> awaited = new TreeMap<>();

  /** Callers that wait until there is room to submit, by arrival. */
  private final TreeMap<Long, RoomWaiter> forRoom = new TreeMap<>();

  /** The pool in whose line this lane stands, and its position there. */
  private @Nullable PermitPool line;

  private long place;

  public Lane(List<PermitPool> pools) {
    this.pools = pools;
  }

  public boolean hasRoom() {
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

  public List<PermitPool> allFull() {
    List<PermitPool> full = new ArrayList<>(pools.size());
    for (PermitPool pool : pools) {
      if (!pool.hasRoom()) {
        full.add(pool);
      }
    }
    return full;
  }

  /** Whether a submission would be accepted. */
  public boolean takesSubmission() {
    return hasRoom() || firstFullQueue() == null;
  }

  /** A pool without a place in its queue, or null. */
  public @Nullable PermitPool firstFullQueue() {
    for (PermitPool pool : pools) {
      if (!pool.hasQueueRoom()) {
        return pool;
      }
    }
    return null;
  }

  /** Whether there may be permits for one of its jobs, if they are lent. */
  public boolean mayBeLent() {
    for (PermitPool pool : pools) {
      if (!pool.mayGive()) {
        return false;
      }
    }
    return true;
  }

  /** Whether a permit its jobs lack is held by a waiting body. */
  public boolean lacksWhatIsIdle() {
    for (PermitPool pool : pools) {
      if (!pool.hasRoom() && pool.mayGive()) {
        return true;
      }
    }
    return false;
  }

  public void queue(int change) {
    pools.forEach(pool -> pool.queue(change));
  }

  // Jobs.

  public Ticket first() {
    return tickets.firstEntry().getValue();
  }

  /** Adds a job for which there is no room. */
  public void add(Ticket ticket) {
    tickets.put(ticket.arrival, ticket);
    pools.forEach(pool -> pool.inLane++);
    standInLine();
  }

  public void remove(Ticket ticket) {
    Ticket removed = tickets.remove(ticket.arrival);
    assert removed == ticket : "it is not in its lane";
    pools.forEach(pool -> pool.inLane--);
    if (awaited.remove(ticket.arrival) != null && awaited.isEmpty()) {
      pools.forEach(pool -> pool.awaited.remove(this));
    }
    standInLine();
  }

  public void isAwaited(Ticket ticket) {
    if (awaited.put(ticket.arrival, ticket) == null && awaited.size() == 1) {
      pools.forEach(pool -> pool.awaited.add(this));
    }
  }

  /**
   * Stands in the line of a pool without room, if the lane has jobs. There is always such a pool: a
   * step releases one permit of a pool, and the first job that can run with it takes it.
   */
  public void standInLine() {
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

  // Callers that wait for room.

  public @Nullable RoomWaiter firstForRoom() {
    return forRoom.isEmpty() ? null : forRoom.firstEntry().getValue();
  }

  public void addForRoom(RoomWaiter waiter) {
    boolean isFirst = forRoom.isEmpty();
    forRoom.put(waiter.arrival, waiter);
    if (isFirst) {
      pools.forEach(pool -> pool.forRoom.put(waiter.arrival, this));
    }
  }

  public void removeForRoom(RoomWaiter waiter) {
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
