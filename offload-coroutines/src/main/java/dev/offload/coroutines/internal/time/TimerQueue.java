package dev.offload.coroutines.internal.time;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks for a clock. Any thread adds and cancels them, without a lock and in constant time; the
 * clock, one thread at a time, is the only one to access the wheel in which they wait.
 *
 * <p>Both operations reach the clock through an inbox: a stack that many push to, and that the
 * clock takes as a whole. An entry is in there at most once at a time: it comes back, to be
 * removed, only after the clock has taken it out and {@link TimerEntry#place placed} it. So its
 * link is free by then, provided that the clock reads the link before it places the entry.
 *
 * <p>If a stack overflows between these steps, nothing of others is affected: an entry is in the
 * inbox or it is not.
 */
final class TimerQueue {
  final AtomicReference<@Nullable TimerEntry> inbox = new AtomicReference<>();
  private final Consumer<TimerEntry> put;
  private final Consumer<Runnable> due;
  private final Consumer<TimerEntry> onTime = this::onTime;

  /** Accessed by the clock alone, created on demand: some kilobytes. */
  @Nullable TimerWheel wheel;

  /**
   * Creates an empty queue.
   *
   * @param put called after an entry was put into the inbox, on the same thread
   * @param due receives what is due, on the clock's thread; must not throw
   */
  TimerQueue(Consumer<TimerEntry> put, Consumer<Runnable> due) {
    this.put = put;
    this.due = due;
  }

  /** Adds a task for a tick. If this throws, the task is cancelled. */
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

  /** Whether the inbox is empty. */
  boolean hasNoNews() {
    return inbox.get() == null;
  }

  /**
   * Called by the clock: empties the inbox. Runs no foreign code, and takes no lock.
   *
   * @return the next tick at which there is something to do, unless entries are added
   */
  long takeIn() {
    TimerWheel wheel = wheel(); // before the inbox is taken: it may run out of memory
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

  /** Called by the clock: passes on the entries taken in that are due at {@code now}. */
  void giveOut(long now) {
    wheel().advance(now, onTime);
  }

  /** Called by the clock: drops all. */
  void clear() {
    inbox.set(null);
    wheel = null;
  }

  /** Whether there is nothing in it, not even cancelled entries. */
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
