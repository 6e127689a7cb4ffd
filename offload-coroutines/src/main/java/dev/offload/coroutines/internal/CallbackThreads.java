package dev.offload.coroutines.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for callbacks that may run what others wrote, so that the thread at hand need not. A free
 * thread is taken, else a new one is started up to a bound, else the callback waits for its turn.
 * The threads are daemons and end when they have had nothing to do for a while.
 */
public final class CallbackThreads implements Executor {
  private static final int MOST = 64;
  private static final long IDLE_SECONDS = 5;

  private final HandingOver queue = new HandingOver();
  private final ThreadPoolExecutor pool;

  /** Makes the pool; its threads start with the first callback. */
  public CallbackThreads(String threadName) {
    this.pool =
        new ThreadPoolExecutor(
            0,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            queue,
            task -> {
              // No inherited thread locals: they would be those of whoever came first.
              Thread thread = new Thread(null, task, threadName, 0, false);
              thread.setDaemon(true);
              return thread;
            },
            (task, full) -> enqueue(task));
  }

  /** Runs {@code task} soon. Never throws what is not the task's own. */
  @Override
  public void execute(Runnable task) {
    try {
      pool.execute(task);
    } catch (Throwable e) { // no thread to be had: on this one is better than not at all
      task.run();
    }
  }

  /** All threads are taken. */
  private void enqueue(Runnable task) {
    queue.keep(task);
    // If all threads ended since, none of them saw it.
    if (pool.getPoolSize() == 0 && queue.remove(task)) {
      pool.execute(task);
    }
  }

  /** Takes what the pool offers only if a thread waits for it; otherwise the pool starts one. */
  private static final class HandingOver extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    /** Not {@code put}: whether that goes through {@link #offer} is left to the JDK. */
    void keep(Runnable task) {
      boolean unused = super.offer(task);
    }
  }
}
