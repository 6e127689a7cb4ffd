package dev.offload.coroutines.internal;

import java.util.List;
import java.util.TreeMap;

/**
 * The queue of those who need permits of the same pools: the jobs of one kind in one scope. What
 * keeps the first of them waiting keeps them all. Guarded by the lock of {@link Admission}.
 */
final class Lane {
  final List<PermitPool> pools;

  /** Jobs that wait for permits, by time of arrival. */
  private final TreeMap<Long, Ticket> tickets = new TreeMap<>();

  /** Callers that wait until there is room to submit, by time of arrival. */
  final TreeMap<Long, RoomWaiter> forRoom = new TreeMap<>();

  Lane(List<PermitPool> pools) {
    this.pools = pools;
  }

  boolean hasRoom() {
    return pools.stream().allMatch(PermitPool::hasRoom);
  }

  /** Whether a submission would be taken. */
  boolean takesSubmission() {
    return hasRoom() || pools.stream().allMatch(PermitPool::hasQueueRoom);
  }

  Ticket first() {
    return tickets.firstEntry().getValue();
  }

  void add(Ticket ticket) {
    change(() -> tickets.put(ticket.arrival, ticket));
  }

  void remove(Ticket ticket) {
    change(() -> tickets.remove(ticket.arrival));
  }

  /** Keeps the place of this lane in its pools, which is that of its first ticket. */
  private void change(Runnable step) {
    Long before = tickets.isEmpty() ? null : tickets.firstKey();
    step.run();
    Long after = tickets.isEmpty() ? null : tickets.firstKey();
    if (before == null ? after == null : before.equals(after)) {
      return;
    }
    for (PermitPool pool : pools) {
      if (before != null) {
        pool.lanes.remove(before);
      }
      if (after != null) {
        pool.lanes.put(after, this);
      }
    }
  }
}
