package dev.offload.coroutines.internal;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * News for one who takes them one at a time, in the order in which they were posted, on a thread
 * aside. Whoever posts waits for nothing. {@link #untold} counts what was posted: who finds it at
 * zero sends a thread, which goes when it is back at zero.
 */
final class Mailbox {
  private final Executor lane;
  private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
  private final AtomicInteger untold = new AtomicInteger();

  /** Makes an empty one, which sends its threads by {@code lane}. */
  Mailbox(Executor lane) {
    this.lane = lane;
  }

  void post(Runnable one) {
    news.add(one);
    if (untold.getAndIncrement() == 0) {
      lane.execute(this::tell);
    }
  }

  /** How many were posted and are not told yet. */
  int untold() {
    return untold.get();
  }

  private void tell() {
    do {
      Runnable one = Objects.requireNonNull(news.poll()); // what is counted is in
      try {
        one.run();
      } catch (Throwable e) { // of the one who takes them: the next may be of use still
        Log.warn("what was told threw", e);
      }
    } while (untold.decrementAndGet() > 0);
  }
}
