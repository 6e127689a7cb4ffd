package dev.offload.coroutines.internal.threads;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * A mailbox whose messages are delivered one at a time, in the order in which they were posted, on
 * a side thread. Posting never blocks.
 *
 * <pre>
 *  from     to       by
 *  -------  -------  -------------------------------------------------------------------
 *  AT_REST  SENT     a post, which then requests a thread
 *  SENT     TELLING  that thread; or the post itself, if no thread is available
 *  SENT     SENT     another post, if the request ran out of stack: it is presumed lost
 *  TELLING  AT_REST  the delivering thread, when nothing is left
 *  AT_REST  TELLING  the same, which checks once more: a post may have found it TELLING
 * </pre>
 *
 * <p>So after a message was added some thread checks, at the latest that of the next post: at the
 * end of a stack no thread can be requested, nor even a method be called; the failure is recorded
 * by a plain write. A thread that was started although its request failed finds the mailbox at
 * rest, or delivers in place of the one requested since.
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

  /** Whether the requested thread may never come. */
  private volatile boolean isLost;

  private volatile int state = AT_REST;

  /**
   * Creates an empty queue, which requests its threads from {@code lane}; that throws if none is
   * available.
   */
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
      } catch (StackOverflowError e) { // delivering here would overflow, too
        isLost = true;
      } catch (Throwable e) { // no thread available
        isLost = true;
        tell();
      }
    }
  }

  /** The approximate number of messages posted and not delivered yet. */
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
    } catch (Throwable e) { // from the receiver: the next message may still be of use
      SideThreads.guarded(() -> Log.warn("what was told threw", e));
    } finally {
      untold.getAndDecrement();
    }
  }
}
