package dev.offload.coroutines.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * News for one who takes them one at a time, in the order in which they were posted, on a thread
 * aside. Whoever posts waits for nothing.
 *
 * <pre>
 *  from     to       by
 *  -------  -------  -------------------------------------------------------------------
 *  AT_REST  SENT     a post, which then sends a thread
 *  SENT     TELLING  that thread; or the post itself, where there is none to be had
 *  SENT     AT_REST  the same post, if that failed, too
 *  TELLING  AT_REST  who tells, when nothing is left
 *  AT_REST  TELLING  the same, which looks once more: a post may have found it TELLING
 * </pre>
 *
 * <p>So after news were added somebody looks, if only the next who posts. A thread that was sent
 * although sending it failed finds the mailbox at rest, or tells in place of the one sent since.
 *
 * <p>At the end of a stack nobody is sent, see {@link SideThreads#hasRoom}: the news are told with
 * the next ones.
 */
final class Mailbox {
  private static final int AT_REST = 0;
  private static final int SENT = 1;
  private static final int TELLING = 2;

  private final Executor lane;
  private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
  private final AtomicInteger untold = new AtomicInteger();
  private final AtomicInteger state = new AtomicInteger(AT_REST);

  /** Makes an empty one, which sends its threads by {@code lane}; that throws if there is none. */
  Mailbox(Executor lane) {
    this.lane = lane;
  }

  void post(Runnable one) {
    news.add(one);
    untold.getAndIncrement();
    if (state.get() == AT_REST && SideThreads.hasRoom() && state.compareAndSet(AT_REST, SENT)) {
      boolean isSent = false;
      try {
        send();
        isSent = true;
      } finally {
        if (!isSent) { // where this ran before, there is room for it
          state.compareAndSet(SENT, AT_REST);
        }
      }
    }
  }

  private void send() {
    try {
      lane.execute(this::tell);
    } catch (Throwable e) { // no thread to be had
      tell();
    }
  }

  /** About how many were posted and are not told yet. */
  int untold() {
    return untold.get();
  }

  private void tell() {
    if (!state.compareAndSet(SENT, TELLING)) {
      return;
    }
    do {
      try {
        for (Runnable one = news.poll(); one != null; one = news.poll()) {
          tell(one);
        }
      } finally {
        state.set(AT_REST);
      }
    } while (!news.isEmpty() && state.compareAndSet(AT_REST, TELLING));
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
