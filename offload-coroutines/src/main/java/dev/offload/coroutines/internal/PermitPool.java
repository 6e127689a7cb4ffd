package dev.offload.coroutines.internal;

import dev.offload.ConcurrencyLimit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/** One concurrency limit, of a scope or of a kind. Guarded by the lock of {@link Admission}. */
final class PermitPool {
  /** For people, as in "a permit of kind user.load". */
  final String owner;

  private final int max;
  private final int maxQueued;

  /** The permits in use. */
  final List<Permit> permits = new ArrayList<>();

  /** The lanes in which jobs wait for this limit among others, by their oldest ticket. */
  final TreeMap<Long, Lane> lanes = new TreeMap<>();

  /** How many accepted jobs have no permit yet. */
  int queued;

  PermitPool(String owner, ConcurrencyLimit limit) {
    this.owner = owner;
    this.max = limit.maxConcurrent();
    this.maxQueued = limit.maxQueued();
  }

  boolean hasRoom() {
    return permits.size() < max;
  }

  boolean hasQueueRoom() {
    return queued < maxQueued;
  }

  /**
   * The right to run. It has several users while it is lent: each of them waits for the next, and
   * only the last one runs on it.
   */
  static final class Permit {
    final PermitPool pool;
    private final Deque<JobCell<?>> users = new ArrayDeque<>(1);

    Permit(PermitPool pool) {
      this.pool = pool;
    }

    void lendTo(JobCell<?> job) {
      users.addLast(job);
    }

    /** Who runs on it. */
    JobCell<?> user() {
      return users.getLast();
    }

    /** Takes a user out, wherever it stands; true if the permit is free with that. */
    boolean remove(JobCell<?> job) {
      users.remove(job);
      return users.isEmpty();
    }
  }
}
