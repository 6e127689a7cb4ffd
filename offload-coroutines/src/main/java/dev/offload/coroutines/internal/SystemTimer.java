package dev.offload.coroutines.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Real time, told by one thread that only hands over: what a limit sets off may reach code of users
 * (a listener, a stage of a caller's future), and one that blocks must not hold up other limits.
 * The threads are daemons and exist only while there is something to time or was recently.
 *
 * <p>A clock that runs out of stack while it takes something may have lost the order of what it
 * has, a thread, or the hold on its lock. So it takes nothing more, and others that are set later
 * work. What it has goes on, unless its lock stayed locked: then those limits never end, and who
 * takes one of them back waits. Only a clock without locks of the JDK would mend that.
 */
public final class SystemTimer implements OffloadTimer {
  private static final long IDLE_SECONDS = 5;
  private static final Task NONE = () -> {};

  private final ThreadFactory threads;
  private final ThreadPoolExecutor runners;
  private volatile boolean isStopped;

  /** Null after the last one ran out of stack. */
  private volatile @Nullable ScheduledThreadPoolExecutor clock;

  /** Makes a timer; its threads start with the first task. */
  public SystemTimer(String threadName) {
    OwnThreads own = OwnThreads.ofCaller();
    threads = task -> own.make(threadName, true, task);
    clock = newClock();
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
    try {
      Future<?> future =
          clock().schedule(() -> handOver(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) { // stopped: its manager has terminated, nothing is left
      return NONE;
    } catch (StackOverflowError e) {
      clock = null;
      throw e;
    }
  }

  private ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor now = clock;
    if (now == null) {
      now = newClock(); // two at once make two, and both are good
      clock = now;
      if (isStopped) {
        now.shutdown();
      }
    }
    return now;
  }

  private ScheduledThreadPoolExecutor newClock() {
    ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(1, threads);
    made.setRemoveOnCancelPolicy(true);
    made.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    made.allowCoreThreadTimeOut(true);
    return made;
  }

  private void handOver(Runnable task) {
    try {
      runners.execute(task);
    } catch (Throwable e) { // no thread to be had
      task.run();
    }
  }

  /** Drops all tasks of the clock at work; the threads end when what they run has ended. */
  public void stop() {
    isStopped = true;
    ScheduledThreadPoolExecutor now = clock;
    if (now != null) {
      now.shutdownNow();
    }
    runners.shutdown();
  }
}
