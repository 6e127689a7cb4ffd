package dev.offload.coroutines.internal;

import dev.offload.ConcurrencyLimit;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One concurrency limit, of a scope or of a kind. Guarded by {@link WaitGraph#LOCK}.
 *
 * <p>A permit in use has several holders while it is lent: each of them waits for the next, and
 * only the last one, on top, runs on it. It is free when the last of them has ended.
 */
final class PermitPool {
  /** For people, as in "a permit of kind user.load". */
  final String owner;

  private final int max;
  private final int maxQueued;

  /** The holders that run, or would, on the permits in use; linked through themselves. */
  @Nullable Hold firstTop;

  int used;

  /** How many of these run bodies that wait for other jobs. */
  private int idle;

  /** How many accepted jobs have no permit yet. */
  int queued;

  /** How many of them have no predecessor, and so wait for permits alone. */
  int inLane;

  /** The lanes with jobs that wait for this limit, by their oldest one. */
  final TreeMap<Long, Lane> waiting = new TreeMap<>();

  /** The lanes with jobs that bodies under limits wait for. */
  final Set<Lane> awaited = new LinkedHashSet<>(2);

  /** The lanes with callers that wait for room, by the one who came first. */
  final TreeMap<Long, Lane> forRoom = new TreeMap<>();

  PermitPool(String owner, ConcurrencyLimit limit) {
    this.owner = owner;
    this.max = limit.maxConcurrent();
    this.maxQueued = limit.maxQueued();
  }

  boolean hasRoom() {
    return used < max;
  }

  boolean hasQueueRoom() {
    return queued < maxQueued;
  }

  /** Whether a job may get a permit, free or lent. */
  boolean mayGive() {
    return hasRoom() || idle > 0;
  }

  /** Whether all permits in use are held by bodies that wait. */
  boolean isAsleep() {
    return idle == used;
  }

  void queue(int change) {
    queued += change;
  }

  /** The body of a holder on top has begun to wait, or waits no more. */
  void countIdle(int change) {
    idle += change;
  }

  /**
   * Gives a permit.
   *
   * @param lender who lends it, and is on top; null for a free one
   */
  Hold give(JobCell<?> job, @Nullable Hold lender) {
    Hold hold = new Hold(this, job);
    if (lender != null) {
      notOnTop(lender);
      lender.above = hold;
      hold.below = lender;
    }
    onTop(hold);
    return hold;
  }

  /** Takes a holder out, wherever it stands. Answers who is on top because of that, or null. */
  @Nullable Hold takeBack(Hold hold) {
    Hold below = hold.below;
    Hold above = hold.above;
    if (below != null) {
      below.above = above;
    }
    if (above != null) {
      above.below = below;
      return null;
    }
    notOnTop(hold);
    if (below != null) {
      onTop(below);
    }
    return below;
  }

  private void onTop(Hold hold) {
    Hold first = firstTop;
    hold.nextTop = first;
    if (first != null) {
      first.previousTop = hold;
    }
    firstTop = hold;
    used++;
    if (hold.isBlocked()) {
      idle++;
    }
  }

  private void notOnTop(Hold hold) {
    Hold before = hold.previousTop;
    Hold after = hold.nextTop;
    if (before == null) {
      firstTop = after;
    } else {
      before.nextTop = after;
    }
    if (after != null) {
      after.previousTop = before;
    }
    hold.previousTop = null;
    hold.nextTop = null;
    used--;
    if (hold.isBlocked()) {
      idle--;
    }
  }

  /** One job's part in a permit. */
  static final class Hold {
    final PermitPool pool;
    final JobCell<?> job;

    /** Who lent it. */
    private @Nullable Hold below;

    /** To whom it is lent. */
    private @Nullable Hold above;

    @Nullable Hold nextTop;
    private @Nullable Hold previousTop;

    Hold(PermitPool pool, JobCell<?> job) {
      this.pool = pool;
      this.job = job;
    }

    boolean isOnTop() {
      return above == null;
    }

    private boolean isBlocked() {
      WaitNode node = job.node;
      return node != null && node.isBlocked();
    }
  }
}
