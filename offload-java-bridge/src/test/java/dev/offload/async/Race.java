package dev.offload.async;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Threads that set off together, again and again. Each round delays them a little differently, so
 * that many rounds try many orders.
 */
final class Race implements AutoCloseable {
  private static final int MOST_DELAY = 128;
  private static final int MOST_SPINS = 20_000;
  private static final int MOST_SPINNERS = 4;

  private final int threads;
  private final int spins;
  private final ExecutorService pool;
  private int round;

  Race(int threads) {
    this.threads = threads;
    this.spins = threads <= MOST_SPINNERS ? MOST_SPINS : 0;
    this.pool = Executors.newFixedThreadPool(threads, Bounded::newThread);
  }

  /** Everyone does the same. */
  <T> List<T> all(Callable<T> action) {
    List<Callable<T>> actions = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      actions.add(action);
    }
    return each(actions);
  }

  /** Runs one action per thread and answers what they answered, in that order. */
  <T> List<T> each(List<? extends Callable<? extends T>> actions) {
    round++;
    CountDownLatch missing = new CountDownLatch(actions.size());
    List<Future<? extends T>> running = new ArrayList<>();
    for (int i = 0; i < actions.size(); i++) {
      Callable<? extends T> action = actions.get(i);
      int delay = (round * (2 * i + 1)) % MOST_DELAY;
      running.add(
          pool.submit(
              () -> {
                startLine(missing, delay);
                return action.call();
              }));
    }
    List<T> answers = new ArrayList<>();
    for (Future<? extends T> one : running) {
      answers.add(Bounded.get("a racing thread is done", one));
    }
    return answers;
  }

  /** Spins for a while, because threads that wake up from a real wait do not set off together. */
  private void startLine(CountDownLatch missing, int delay) throws InterruptedException {
    missing.countDown();
    for (int i = 0; i < spins && missing.getCount() > 0; i++) {
      Thread.onSpinWait();
    }
    assertTrue(missing.await(Bounded.BOUND.toSeconds(), TimeUnit.SECONDS), "all threads are there");
    for (int i = 0; i < delay; i++) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
