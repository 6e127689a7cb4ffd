package dev.offload.async;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waits that end: what has not happened after the bound fails the test. */
final class Bounded {

  /** Longer than anything here takes; only a test that fails waits so long. */
  static final Duration BOUND = Duration.ofSeconds(20);

  private Bounded() {}

  static <T> T get(String what, Future<T> future) {
    try {
      return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not within " + BOUND + ": " + what, e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting: " + what, e);
    } catch (ExecutionException e) {
      throw new AssertionError("failed: " + what, e.getCause());
    }
  }

  /** Runs something that may block on a thread of its own. */
  static void run(String what, Runnable action) {
    get(what, start(action));
  }

  /** Starts something that may block on a thread of its own. */
  static CompletableFuture<Void> start(Runnable action) {
    return CompletableFuture.runAsync(action, task -> newThread(task).start());
  }

  /** Starts something that blocks and answers, on a thread of its own. */
  static <T> CompletableFuture<T> supply(Callable<T> action) {
    return CompletableFuture.supplyAsync(
        () -> Work.unchecked(action), task -> newThread(task).start());
  }

  /** For the few things nobody can wait for otherwise. */
  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > BOUND.toNanos()) {
        throw new AssertionError("not within " + BOUND + ": " + what);
      }
      Thread.onSpinWait();
    }
  }

  static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "test");
    thread.setDaemon(true);
    return thread;
  }
}
