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
 *  NEW      OVER     who takes it back: the clock then drops it
 *  PLACED   OVER     the clock, which runs it
 *  PLACED   LEAVING  who takes it back, and puts it into the inbox again
 *  LEAVING  OVER     the clock, which drops it
 * </pre>
 *
 * <p>One who puts it into the inbox and fails there also makes it OVER, by a write alone: nobody
 * else knows it but the clock, which then finds it OVER and drops it.
 */
final class TimerEntry implements OffloadTimer.Task {
  private static final int NEW = 0;
  private static final int PLACED = 1;
  private static final int LEAVING = 2;
  private static final int OVER = 3;

  private static final AtomicIntegerFieldUpdater<TimerEntry> STATE =
      AtomicIntegerFieldUpdater.newUpdater(TimerEntry.class, "state");

  private final TimerQueue queue;

  /** When it is due, in ticks. */
  final long tick;

  /** What to run; whoever makes the entry OVER or LEAVING takes it out. */
  @Nullable Runnable task;

  private volatile int state = NEW;

  /** Of the inbox: written before the entry is put there. */
  @Nullable TimerEntry below;

  /** Of the inbox, like {@link #below}: how many there are down from here. */
  int depth;

  /** Of a slot of the wheel: the clock's alone. */
  @Nullable TimerEntry before;

  @Nullable TimerEntry after;

  TimerEntry(TimerQueue queue, long tick, Runnable task) {
    this.queue = queue;
    this.tick = tick;
    this.task = task;
  }

  /** Takes the task back, in constant time and without a lock. */
  @Override
  public void cancel() {
    if (STATE.compareAndSet(this, NEW, OVER)) {
      task = null; // the clock finds the entry in the inbox and drops it
    } else if (STATE.compareAndSet(this, PLACED, LEAVING)) {
      task = null;
      queue.put(this);
    }
  }

  /** It may not have reached the inbox. Nothing is called: this may be the end of a stack. */
  void isLost() {
    state = OVER;
  }

  /** The clock: whether it is new, and to be put into the wheel. */
  boolean place() {
    return state == NEW && STATE.compareAndSet(this, NEW, PLACED);
  }

  /** The clock: whether it is in the wheel, and to be taken out. */
  boolean leave() {
    return STATE.compareAndSet(this, LEAVING, OVER);
  }

  /** The clock: its time has come; what to run, or null if it was taken back. */
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
