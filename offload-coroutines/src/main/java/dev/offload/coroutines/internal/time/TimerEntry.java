package dev.offload.coroutines.internal.time;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A task that waits for its time in a {@link TimerQueue}.
 *
 * <pre>
 *  from     to       by
 *  -------  -------  ----------------------------------------------------------------
 *  NEW      PLACED   the clock, which puts it into its wheel
 *  NEW      OVER     the cancelling thread: the clock then drops it
 *  PLACED   OVER     the clock, which runs it
 *  PLACED   LEAVING  the cancelling thread, which puts it into the inbox again
 *  LEAVING  OVER     the clock, which drops it
 * </pre>
 *
 * <p>A thread that fails to put it into the inbox also makes it OVER, by a plain write: only that
 * thread and the clock know the entry, and the clock then finds it OVER and drops it.
 */
final class TimerEntry implements OffloadTimer.Task {
  private static final int NEW = 0;
  private static final int PLACED = 1;
  private static final int LEAVING = 2;
  private static final int OVER = 3;

  private static final AtomicIntegerFieldUpdater<TimerEntry> STATE =
      AtomicIntegerFieldUpdater.newUpdater(TimerEntry.class, "state");

  private final TimerQueue queue;

  /** The tick at which it is due. */
  final long tick;

  /** What to run; cleared by the thread that makes the entry OVER or LEAVING. */
  @Nullable Runnable task;

  private volatile int state = NEW;

  /** Link in the inbox: written before the entry is put there. */
  @Nullable TimerEntry below;

  /** For the inbox, like {@link #below}: the number of entries from here down. */
  int depth;

  /** Links in a slot of the wheel: accessed only by the clock. */
  @Nullable TimerEntry before;

  @Nullable TimerEntry after;

  TimerEntry(TimerQueue queue, long tick, Runnable task) {
    this.queue = queue;
    this.tick = tick;
    this.task = task;
  }

  /** Cancels the task, in constant time and without a lock. */
  @Override
  public void cancel() {
    if (STATE.compareAndSet(this, NEW, OVER)) {
      task = null; // the clock finds the entry in the inbox and drops it
    } else if (STATE.compareAndSet(this, PLACED, LEAVING)) {
      task = null;
      queue.put(this);
    }
  }

  /** It may not have reached the inbox. Calls nothing: this may be the end of a stack. */
  void isLost() {
    state = OVER;
  }

  /** Called by the clock: whether it is new, and to be put into the wheel. */
  boolean place() {
    return state == NEW && STATE.compareAndSet(this, NEW, PLACED);
  }

  /** Called by the clock: whether it is in the wheel, and to be removed. */
  boolean leave() {
    return STATE.compareAndSet(this, LEAVING, OVER);
  }

  /** Called by the clock when it is due: what to run, or null if it was cancelled. */
  @Nullable Runnable takeDue() {
    if (STATE.compareAndSet(this, PLACED, OVER)) {
      Runnable due = task;
      task = null;
      return due;
    }
    leave();
    return null;
  }
}
