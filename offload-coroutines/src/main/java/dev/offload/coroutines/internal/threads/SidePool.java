package dev.offload.coroutines.internal.threads;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Some threads for one purpose.
 *
 * <p>A pool that runs out of stack while it makes a thread counts that thread for ever, though it
 * never ran, and with as many of those as it may have threads, it has none. So one that threw a
 * {@link StackOverflowError} is used no more: what it has goes on, and ends when it is idle.
 */
public final class SidePool {
  /** How many threads one pool may have. */
  static final int MOST = 64;

  private static final long IDLE_MILLIS = 5_000;

  /** As long as threads are kept that nobody is likely to need again. */
  private static final long GONE_MILLIS = 10;

  private final ThreadFactory factory;
  private volatile long idleMillis;

  /** Null after the last one ran out of stack. */
  private volatile @Nullable ThreadPoolExecutor threads;

  /** Makes a pool; its threads start when they are needed. */
  public SidePool(String threadName) {
    this(threadName, OwnThreads.ofCaller(), true, IDLE_MILLIS);
  }

  private SidePool(String threadName, OwnThreads own, boolean daemon, long idleMillis) {
    this.factory = task -> own.make(threadName, daemon, task);
    this.idleMillis = idleMillis;
    this.threads = newThreads();
  }

  static SidePool ofLog() {
    return new SidePool("offload-log", OwnThreads.ofLibrary(), false, GONE_MILLIS);
  }

  private ThreadPoolExecutor newThreads() {
    return new ThreadPoolExecutor(
        0, MOST, idleMillis, TimeUnit.MILLISECONDS, new IdleFirst(), factory, SidePool::wait);
  }

  /** Runs the task soon on a thread of this pool; on this one, if there is none to be had. */
  public void run(Runnable task) {
    submit(new Task(task));
  }

  /** As {@link #run}, but throws if there is no thread to be had, for want of memory or stack. */
  void runAside(Runnable task) {
    runAside(new Task(task));
  }

  private void runAside(Task task) {
    try {
      ThreadPoolExecutor now = threads;
      if (now == null) {
        now = newThreads(); // two at once make two, and both are good
        threads = now;
      }
      now.execute(task);
    } catch (StackOverflowError e) {
      threads = null;
      throw e;
    }
  }

  /** As {@link #run}; answers what knows whether the task has to wait for a thread. */
  public Task submit(Runnable task) {
    return submit(new Task(task));
  }

  private Task submit(Task task) {
    try {
      runAside(task);
    } catch (Throwable e) { // no thread to be had
      task.run();
    }
    return task;
  }

  /** Whether all threads are busy: one more task would wait. */
  public boolean isFull() {
    ThreadPoolExecutor now = threads;
    return now != null && now.getActiveCount() >= MOST;
  }

  private static void wait(Runnable task, ThreadPoolExecutor threads) {
    ((Task) task).waits = true;
    IdleFirst queue = (IdleFirst) threads.getQueue();
    queue.keep(task);
    // If all threads have ended since, none of them saw it.
    if (threads.getPoolSize() == 0 && queue.remove(task)) {
      threads.execute(task);
    }
  }

  void release() {
    idleMillis = GONE_MILLIS;
    ThreadPoolExecutor now = threads;
    if (now != null) {
      now.setKeepAliveTime(GONE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Something to run, once: who ran out of stack cannot tell whether he handed it over. */
  public static final class Task extends AtomicReference<@Nullable Runnable> implements Runnable {
    private static final long serialVersionUID = 1L;

    private volatile boolean waits;

    Task(Runnable task) {
      super(task);
    }

    /** Whether it came when all threads were busy, so that nobody knows when it begins. */
    public boolean waits() {
      return waits;
    }

    @Override
    public void run() {
      Runnable task = getAndSet(null);
      if (task != null) {
        SideThreads.guarded(task);
      }
    }
  }

  /**
   * Takes a task only if a thread is idle and gets it at once; else the pool makes a thread, and
   * when it has as many as it may, what comes is {@linkplain #keep kept}.
   */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    /** Not {@code put}, which goes through {@link #offer} in some JDKs. */
    void keep(Runnable task) {
      boolean unused = super.offer(task);
    }
  }
}
