package dev.offload.async;

import dev.offload.coroutines.internal.Log;
import dev.offload.coroutines.internal.OwnThreads;
import dev.offload.coroutines.internal.PoolThread;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks in order, so many at a time, not counting those that wait: what they wait for may be
 * in the queue. So there are as many threads as tasks that wait and {@code size} more, and those
 * that stood in for others are gone some time after they were needed.
 *
 * <p>While a task is in the queue, at least {@code size} run that do not wait:
 *
 * <ul>
 *   <li>only a task that comes while {@link #busy} is at {@code size} or above goes into the queue;
 *   <li>{@code busy} falls by one, at the end of a task or the beginning of a wait, and where it is
 *       below {@code size} then, the first of the queue is started in the same step;
 *   <li>it rises above {@code size} by the end of waits, and then has to fall first.
 * </ul>
 *
 * <p>If the JVM has no thread to give for a wait, that task stays the first of the queue.
 */
final class BodyPool implements Executor {
  private final int size;
  private final long idleNanos;
  private final OwnThreads own = OwnThreads.ofCaller();

  // Guarded by this:
  private final Deque<Runnable> queue = new ArrayDeque<>();

  /** Threads without a task, the last one to get there first. */
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

  /** Takes no more tasks; the threads end when they have none. */
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
    busy++; // not if there is no thread to be had
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
    } catch (OutOfMemoryError e) { // no thread to be had
      queue.addFirst(first);
    }
  }

  private synchronized void endWait(Task run) {
    if (--run.waits == 0 && !run.isOver) {
      busy++;
    }
  }

  /** The worker's task is over: gives it the next one if there is any, else it is idle. */
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

  /** Whether the worker is to end, having waited for a task long enough. */
  private synchronized boolean leaves(Worker worker, boolean inVain) {
    return (inVain || isShut) && idle.remove(worker);
  }

  private final class Worker extends Thread implements PoolThread {
    private volatile @Nullable Runnable given;
    private Task run = new Task();

    Worker(Runnable first, long number) {
      // No inherited thread locals: they would be those of whoever came first.
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
        boolean unused = Thread.interrupted(); // left by the task before
        own.reset(this);
        try {
          next.run();
        } catch (Throwable e) { // it has told its job what it could
          Log.warn("a thread of bodies threw", e);
        }
        end(this);
      }
    }

    private @Nullable Runnable awaitTask() {
      long start = System.nanoTime();
      while (given == null) {
        boolean unused = Thread.interrupted(); // or it would not park
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
