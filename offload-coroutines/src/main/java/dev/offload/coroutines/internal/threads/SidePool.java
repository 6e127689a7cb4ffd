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
 * <p>A pool that runs out of stack while it creates a thread counts that thread for ever, though it
 * never ran; once it has counted its maximum of those, it has no threads. So a pool that threw a
 * {@link StackOverflowError} is not used any more: its tasks continue, and it ends when idle.
 */
public final class SidePool {
  /** The maximum number of threads of one pool. */
  static final int MOST = 64;

  private static final long IDLE_MILLIS = 5_000;

  /** How long threads are kept that are unlikely to be needed again. */
  private static final long GONE_MILLIS = 10;

  private final ThreadFactory factory;
  private volatile long idleMillis;

  /** Null after the last one ran out of stack. */
  private volatile @Nullable ThreadPoolExecutor threads;

  /** Creates a pool; its threads start on demand. */
  public SidePool(String threadName) {
    this(threadName, OwnThreads.ofCaller(), /* daemon= */ true, IDLE_MILLIS);
  }

  private SidePool(String threadName, OwnThreads own, boolean daemon, long idleMillis) {
    this.factory = task -> own.make(threadName, daemon, task);
    this.idleMillis = idleMillis;
    this.threads = newThreads();
  }

  static SidePool ofLog() {
    return new SidePool("offload-log", OwnThreads.ofLibrary(), /* daemon= */ false, GONE_MILLIS);
  }

  private ThreadPoolExecutor newThreads() {
    return new ThreadPoolExecutor(
        0, MOST, idleMillis, TimeUnit.MILLISECONDS, new IdleFirst(), factory, SidePool::wait);
  }

  /** Runs the task soon on a thread of this pool, or on the calling thread if none is available. */
  public void run(Runnable task) {
    submit(new Task(task));
  }

  /** Like {@link #run}, but throws if no thread is available, for lack of memory or stack. */
  void runAside(Runnable task) {
    runAside(new Task(task));
  }

  private void runAside(Task task) {
    try {
      ThreadPoolExecutor now = threads;
      if (now == null) {
        now = newThreads(); // two concurrent calls create two, and both work
        threads = now;
      }
      now.execute(task);
    } catch (StackOverflowError e) {
      threads = null;
      throw e;
    }
  }

  /** Like {@link #run}; the result knows whether the task has to wait for a thread. */
  public Task submit(Runnable task) {
    return submit(new Task(task));
  }

  private Task submit(Task task) {
    try {
      runAside(task);
    } catch (Throwable e) { // no thread available
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

  /** A task that runs once: after a stack overflow it is unknown whether it was handed over. */
  public static final class Task extends AtomicReference<@Nullable Runnable> implements Runnable {
    private static final long serialVersionUID = 1L;

    private volatile boolean waits;

    Task(Runnable task) {
      super(task);
    }

    /** Whether it arrived when all threads were busy, so that its start time is unknown. */
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
   * Accepts a task only if an idle thread gets it at once; otherwise the pool creates a thread, and
   * when it has its maximum, further tasks are {@linkplain #keep kept}.
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
