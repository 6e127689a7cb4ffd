package dev.offload.coroutines.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Real time: one daemon thread, which exists only while something is scheduled or was recently. */
public final class SystemTimer implements OffloadTimer {
  private static final long IDLE_SECONDS = 5;
  private static final Task NONE = () -> {};

  private final ScheduledThreadPoolExecutor executor;

  /** Makes a timer; its thread starts with the first task. */
  public SystemTimer(String threadName) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, threadName);
              thread.setDaemon(true);
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
  }

  @Override
  public Task schedule(Duration delay, Runnable task) {
    try {
      Future<?> future = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (
        RejectedExecutionException
            e) { // stopped: its manager has terminated, nothing is left to time
      return NONE;
    }
  }

  /** Drops all tasks and ends the thread. */
  public void stop() {
    executor.shutdownNow();
  }
}
