package dev.offload.coroutines.internal.limits;

import dev.offload.ConcurrencyLimit;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One concurrency limit, of a scope or of a kind. Guarded by the lock of the waits.
 *
 * <p>A permit in use has several holders while it is lent: each of them waits for the next, and
 * only the last one, on top, runs on it. It is free when the last of them has ended.
 */
public final class PermitPool {
  /** For messages, as in "a permit of kind user.load". */
  public final String owner;

  private final int max;
  private final int maxQueued;

  /** The holders that run, or would run, on the permits in use; an intrusive list. */
  public @Nullable Hold firstTop;

  public int used;

  /** The number of these that run bodies which wait for other jobs. */
  private int idle;

  /** The number of accepted jobs that have no permit yet. */
  public int queued;

  /** The number of those that have no predecessor, and so wait only for permits. */
  public int inLane;

  /** The lanes with jobs that wait for this limit, by their oldest job. */
  public final TreeMap<Long, Lane> waiting = new TreeMap<>();

  /** The lanes with jobs that bodies under limits wait for. */
  public final Set<Lane> awaited = new LinkedHashSet<>(2);

  /** The lanes with callers that wait for room, by their oldest caller. */
  public final TreeMap<Long, Lane> forRoom = new TreeMap<>();

  public PermitPool(String owner, ConcurrencyLimit limit) {
    this.owner = owner;
    this.max = limit.maxConcurrent();
    this.maxQueued = limit.maxQueued();
  }

  public boolean hasRoom() {
    return used < max;
  }

  boolean hasQueueRoom() {
    return queued < maxQueued;
  }

  /** Whether a job may get a permit, free or lent. */
  public boolean mayGive() {
    return hasRoom() || idle > 0;
  }

  /** Whether all permits in use are held by waiting bodies. */
  public boolean isAsleep() {
    return idle == used;
  }

  void queue(int change) {
    queued += change;
    assert queued >= 0 : owner + ": " + queued + " are queued";
  }

  /** The body of a holder on top has begun to wait, or has stopped waiting. */
  public void countIdle(int change) {
    idle += change;
    assert 0 <= idle && idle <= used : owner + ": " + idle + " of " + used + " are idle";
  }

  /**
   * Assigns a permit.
   *
   * @param lender the holder on top that lends it; null for a free permit
   */
  public Hold give(Ticket ticket, @Nullable Hold lender) {
    Hold hold = new Hold(this, ticket);
    if (lender != null) {
      notOnTop(lender);
      lender.above = hold;
      hold.below = lender;
    }
    onTop(hold);
    return hold;
  }

  /**
   * Removes a holder at any position. Returns the holder that is on top because of that, or null.
   */
  public @Nullable Hold takeBack(Hold hold) {
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
    assert 0 <= idle && idle <= used : owner + ": " + idle + " of " + used + " are idle";
  }

  /** One job's share in a permit. */
  public static final class Hold {
    public final PermitPool pool;
    public final Ticket ticket;

    /** The holder that lent it. */
    private @Nullable Hold below;

    /** The holder it is lent to. */
    private @Nullable Hold above;

    public @Nullable Hold nextTop;
    private @Nullable Hold previousTop;

    Hold(PermitPool pool, Ticket ticket) {
      this.pool = pool;
      this.ticket = ticket;
    }

    public boolean isOnTop() {
      return above == null;
    }

    private boolean isBlocked() {
      return ticket.isBlocked();
    }
  }
}
