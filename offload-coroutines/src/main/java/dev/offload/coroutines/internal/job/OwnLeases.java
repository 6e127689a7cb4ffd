package dev.offload.coroutines.internal.job;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The leases a scope has taken on shared jobs, to be dropped at its end. Spent leases are removed
 * now and then, so that a scope which stays open keeps about as many as are of use.
 */
final class OwnLeases {
  private static final int LEAST_SWEEP = 32;

  /** Null while there was none, the usual case. */
  private @Nullable List<ScopedLease> leases;

  private int sweepAt = LEAST_SWEEP;
  private boolean closed;

  /** Adds a lease; false if the scope has ended. */
  synchronized boolean add(ScopedLease lease) {
    if (closed) {
      return false;
    }
    if (leases == null) {
      leases = new ArrayList<>();
    }
    if (leases.size() >= sweepAt) {
      leases.removeIf(ScopedLease::isSpent);
      sweepAt = Math.max(LEAST_SWEEP, 2 * leases.size());
    }
    leases.add(lease);
    return true;
  }

  /** Drops all, and accepts no more. */
  void dropAll() {
    taken().forEach(ScopedLease::endOfScope);
  }

  private synchronized List<ScopedLease> taken() {
    closed = true;
    List<ScopedLease> taken = leases == null ? List.of() : leases;
    leases = null;
    return taken;
  }
}
