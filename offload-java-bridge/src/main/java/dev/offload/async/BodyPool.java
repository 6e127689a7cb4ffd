package dev.offload.async;

import dev.offload.coroutines.internal.threads.Log;
import dev.offload.coroutines.internal.threads.OwnThreads;
import dev.offload.coroutines.internal.threads.PoolThread;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks in order, at most {@code size} at a time, not counting those that wait: what they wait
 * for may be in the queue. So there are as many threads as waiting tasks, plus {@code size};
 * threads that stood in for others end some time after they were needed.
 *
 * <p>While a task is in the queue, at least {@code size} tasks run that do not wait:
 *
 * <ul>
 *   <li>only a task that arrives while {@link #busy} is {@code size} or above is queued;
 *   <li>{@code busy} falls by one at the end of a task or the beginning of a wait, and if it is
 *       then below {@code size}, the first task of the queue is started in the same step;
 *   <li>the end of waits can raise it above {@code size}, and then it has to fall first.
 * </ul>
 *
 * <p>If the JVM cannot start a thread to make up for a wait, the task stays first in the queue.
 */
final class BodyPool implements Executor {
  private final int size;
  private final long idleNanos;
  private final OwnThreads own = OwnThreads.ofCaller();

  // Guarded by this:
  private final Deque<Runnable> queue = new ArrayDeque<>();

  /** Threads without a task, the most recently used first. */
  private final Deque<Worker> idle = new ArrayDeque<>();

  /** How many tasks run and do not wait. */
  private int busy;

  private long threadsMade;
  private boolean isShut;

  BodyPool(int size, Duration idle) {
    this.size = size;
    this.idleNanos = idle.toNanos();
  }

  @Override
  public synchronized void execute(Runnable task) {
    if (isShut) {
      throw new RejectedExecutionException("the threads have ended with their manager");
    }
    if (busy < size) {
      start(task);
    } else {
      queue.add(task);
    }
  }

  /** Accepts no more tasks; the threads end when they have none. */
  synchronized void shutdown() {
    isShut = true;
    idle.forEach(LockSupport::unpark);
  }

  private synchronized void start(Runnable task) {
    Worker worker = idle.poll();
    if (worker == null) {
      new Worker(task, ++threadsMade).start();
    } else {
      worker.given = task;
      LockSupport.unpark(worker);
    }
    busy++; // not if no thread can be started
  }

  private synchronized void beginWait(Task run) {
    if (run.waits++ > 0 || run.isOver) {
      return;
    }
    busy--;
    Runnable first = busy < size ? queue.poll() : null;
    if (first == null) {
      return;
    }
    try {
      start(first);
    } catch (OutOfMemoryError e) { // no thread can be started
      queue.addFirst(first);
    }
  }

  private synchronized void endWait(Task run) {
    if (--run.waits == 0 && !run.isOver) {
      busy++;
    }
  }

  /** The worker's task is over: gives it the next one if there is any; otherwise it is idle. */
  private synchronized void end(Worker worker) {
    if (worker.run.waits == 0) {
      busy--;
    }
    worker.run.isOver = true;
    worker.given = busy < size ? queue.poll() : null;
    if (worker.given == null) {
      idle.push(worker);
    } else {
      busy++;
    }
  }

  /** Whether the worker should end, having waited long enough for a task. */
  private synchronized boolean leaves(Worker worker, boolean inVain) {
    return (inVain || isShut) && idle.remove(worker);
  }

  private final class Worker extends Thread implements PoolThread {
    private volatile @Nullable Runnable given;
    private Task run = new Task();

    Worker(Runnable first, long number) {
      // No inherited thread locals: they would be those of the first caller.
      super(null, null, "offload-body-" + number, 0, false);
      setDaemon(true);
      this.given = first;
    }

    @Override
    public PoolThread.Run running() {
      return run;
    }

    @Override
    public void run() {
      for (Runnable next = given; next != null; next = awaitTask()) {
        run = new Task();
        boolean unused = Thread.interrupted(); // left by the previous task
        own.reset(this);
        try {
          next.run();
        } catch (Throwable e) { // it has reported to its job what it could
          Log.warn("a thread of bodies threw", e);
        }
        end(this);
      }
    }

    private @Nullable Runnable awaitTask() {
      long start = System.nanoTime();
      while (given == null) {
        boolean unused = Thread.interrupted(); // otherwise it would not park
        long left = idleNanos - (System.nanoTime() - start);
        if (leaves(this, left <= 0)) {
          return null;
        }
        if (left > 0) {
          LockSupport.parkNanos(BodyPool.this, left);
        }
      }
      return given;
    }
  }

  private final class Task implements PoolThread.Run {
    // Guarded by the pool:
    private int waits;
    private boolean isOver;

    @Override
    public void beginWait() {
      BodyPool.this.beginWait(this);
    }

    @Override
    public void endWait() {
      BodyPool.this.endWait(this);
    }
  }
}
