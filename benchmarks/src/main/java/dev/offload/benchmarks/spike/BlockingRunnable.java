package dev.offload.benchmarks.spike;

import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Candidate D2: a blocking body as a plain task of its executor, which tells the cell itself and is
 * interrupted when it is cancelled. No coroutine.
 */
final class BlockingRunnable implements MiniCell.Body, Runnable {
  private final Executor executor;
  private final Supplier<?> work;
  private @Nullable MiniCell cell;
  private @Nullable Thread runner;

  BlockingRunnable(Executor executor, Supplier<?> work) {
    this.executor = executor;
    this.work = work;
  }

  @Override
  public void startBody(MiniCell started) {
    cell = started;
    executor.execute(this);
  }

  @Override
  public void run() {
    MiniCell told = cell;
    if (told == null || !told.begin()) {
      return;
    }
    setRunner(Thread.currentThread());
    Object value;
    try {
      value = work.get();
    } catch (Throwable e) {
      setRunner(null);
      told.fail(e);
      return;
    }
    setRunner(null);
    told.succeed(value);
  }

  /** Under the lock, so that no interrupt arrives after the body has ended. */
  private synchronized void setRunner(@Nullable Thread thread) {
    runner = thread;
  }

  @Override
  public synchronized void stopBody() {
    if (runner != null) {
      runner.interrupt();
    }
  }
}
