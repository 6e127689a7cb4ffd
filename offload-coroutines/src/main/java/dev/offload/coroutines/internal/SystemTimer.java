package dev.offload.coroutines.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Real time, told by one thread that only hands over: what a limit sets off may reach code of users
 * (a listener, a stage of a caller's future), and one that blocks must not hold up other limits.
 * The threads are daemons and exist only while there is something to time or was recently.
 */
public final class SystemTimer implements OffloadTimer {
  private static final long IDLE_SECONDS = 5;
  private static final Task NONE = () -> {};

  private final ScheduledThreadPoolExecutor clock;
  private final ThreadPoolExecutor runners;

  /** Makes a timer; its threads start with the first task. */
  public SystemTimer(String threadName) {
    OwnThreads own = OwnThreads.ofCaller();
    ThreadFactory threads = task -> own.make(threadName, true, task);
    clock = new ScheduledThreadPoolExecutor(1, threads);
    clock.setRemoveOnCancelPolicy(true);
    clock.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    clock.allowCoreThreadTimeOut(true);
    runners =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            threads,
            new ThreadPoolExecutor.CallerRunsPolicy());
  }

  @Override
  public Task schedule(Duration delay, Runnable task) {
    if (!SideThreads.hasRoom()) {
      throw new StackOverflowError("no room to set a clock");
    }
    try {
      Future<?> future =
          clock.schedule(() -> handOver(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) { // stopped: its manager has terminated, nothing is left
      return NONE;
    }
  }

  private void handOver(Runnable task) {
    try {
      runners.execute(task);
    } catch (Throwable e) { // no thread to be had
      task.run();
    }
  }

  /** Drops all tasks; the threads end when what they run has ended. */
  public void stop() {
    clock.shutdownNow();
    runners.shutdown();
  }
}
