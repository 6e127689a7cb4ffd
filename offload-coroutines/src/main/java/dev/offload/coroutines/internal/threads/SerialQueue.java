package dev.offload.coroutines.internal.threads;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * News for one who takes them one at a time, in the order in which they were posted, on a thread
 * aside. Whoever posts waits for nothing.
 *
 * <pre>
 *  from     to       by
 *  -------  -------  -------------------------------------------------------------------
 *  AT_REST  SENT     a post, which then sends a thread
 *  SENT     TELLING  that thread; or the post itself, where there is none to be had
 *  SENT     SENT     another post, if sending ran out of stack: that one is taken for lost
 *  TELLING  AT_REST  who tells, when nothing is left
 *  AT_REST  TELLING  the same, which looks once more: a post may have found it TELLING
 * </pre>
 *
 * <p>So after news were added somebody looks, if only the next who posts: at the end of a stack
 * nobody can be sent, and not even a method be called; that it failed is noted by a write alone. A
 * thread that was sent although sending it failed finds the mailbox at rest, or tells in place of
 * the one sent since.
 */
final class SerialQueue {
  private static final int AT_REST = 0;
  private static final int SENT = 1;
  private static final int TELLING = 2;

  private static final AtomicIntegerFieldUpdater<SerialQueue> STATE =
      AtomicIntegerFieldUpdater.newUpdater(SerialQueue.class, "state");

  private final Executor lane;
  private final Runnable telling = this::tell;
  private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
  private final AtomicInteger untold = new AtomicInteger();

  /** Whether the thread that was sent may not come. */
  private volatile boolean isLost;

  private volatile int state = AT_REST;

  /** Makes an empty one, which sends its threads by {@code lane}; that throws if there is none. */
  SerialQueue(Executor lane) {
    this.lane = lane;
  }

  void post(Runnable one) {
    news.add(one);
    untold.getAndIncrement();
    int now = state;
    if ((now == AT_REST || (now == SENT && isLost)) && STATE.compareAndSet(this, now, SENT)) {
      isLost = false;
      try {
        lane.execute(telling);
      } catch (StackOverflowError e) { // here it could not be told, either
        isLost = true;
      } catch (Throwable e) { // no thread to be had
        isLost = true;
        tell();
      }
    }
  }

  /** About how many were posted and are not told yet. */
  int untold() {
    return untold.get();
  }

  private void tell() {
    if (!STATE.compareAndSet(this, SENT, TELLING)) {
      return;
    }
    do {
      try {
        for (Runnable one = news.poll(); one != null; one = news.poll()) {
          tell(one);
        }
      } finally {
        state = AT_REST;
      }
    } while (!news.isEmpty() && STATE.compareAndSet(this, AT_REST, TELLING));
  }

  private void tell(Runnable one) {
    try {
      one.run();
    } catch (Throwable e) { // of the one who takes them: the next may be of use still
      SideThreads.guarded(() -> Log.warn("what was told threw", e));
    } finally {
      untold.getAndDecrement();
    }
  }
}
