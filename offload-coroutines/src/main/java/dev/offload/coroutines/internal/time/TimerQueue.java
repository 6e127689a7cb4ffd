package dev.offload.coroutines.internal.time;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks for a clock. Anyone puts them in and takes them back, without a lock and in constant time;
 * the clock alone, one thread at a time, has the wheel in which they wait.
 *
 * <p>Both are news for the clock, in an inbox: a stack that many push to, and that the clock takes
 * as a whole. An entry is there once at a time: it comes back, to leave, only after the clock has
 * taken it out and {@link TimerEntry#place placed} it. So its link is free by then, if the clock
 * reads the link before it places the entry.
 *
 * <p>Where a stack ends between these steps, nothing of others is touched: an entry is in the inbox
 * or it is not.
 */
final class TimerQueue {
  final AtomicReference<@Nullable TimerEntry> inbox = new AtomicReference<>();
  private final Consumer<TimerEntry> put;
  private final Consumer<Runnable> due;
  private final Consumer<TimerEntry> onTime = this::onTime;

  /** The clock's, made when there is something to put in: some kilobytes. */
  @Nullable TimerWheel wheel;

  /**
   * Makes an empty one.
   *
   * @param put called after an entry was put into the inbox, by who put it
   * @param due takes what is due, on the clock's thread; must not throw
   */
  TimerQueue(Consumer<TimerEntry> put, Consumer<Runnable> due) {
    this.put = put;
    this.due = due;
  }

  /** A task for a tick. If this throws, the task is taken back. */
  OffloadTimer.Task add(long tick, Runnable task) {
    TimerEntry entry = new TimerEntry(this, tick, task);
    try {
      put(entry);
    } catch (Throwable e) { // no thread for the clock; or the end of a stack
      entry.isLost();
      throw e;
    }
    return entry;
  }

  void put(TimerEntry entry) {
    TimerEntry top;
    do {
      top = inbox.get();
      entry.below = top;
      entry.depth = top == null ? 1 : top.depth + 1;
    } while (!inbox.compareAndSet(top, entry));
    put.accept(entry);
  }

  /** Whether there is no news for the clock. */
  boolean hasNoNews() {
    return inbox.get() == null;
  }

  /**
   * The clock takes its news in. This runs no code of others, and takes no lock.
   *
   * @return the tick at which there is something to do again, if no news come
   */
  long takeIn() {
    TimerWheel wheel = wheel(); // before any news are taken out: it may find no memory
    TimerEntry entry = inbox.getAndSet(null);
    while (entry != null) {
      TimerEntry below = entry.below;
      if (entry.place()) {
        wheel.add(entry);
      } else if (entry.leave()) {
        wheel.remove(entry);
      }
      entry = below;
    }
    return wheel.next();
  }

  /** The clock gives out what it has taken in and is due at {@code now}. */
  void giveOut(long now) {
    wheel().advance(now, onTime);
  }

  /** The clock drops all. */
  void clear() {
    inbox.set(null);
    wheel = null;
  }

  /** Whether there is nothing in it, not even what was taken back. */
  boolean isEmpty() {
    return hasNoNews() && wheel == null;
  }

  private TimerWheel wheel() {
    TimerWheel made = wheel;
    if (made == null) {
      made = new TimerWheel();
      wheel = made;
    }
    return made;
  }

  private void onTime(TimerEntry entry) {
    Runnable task = entry.takeDue();
    if (task != null) {
      due.accept(task);
    }
  }
}
