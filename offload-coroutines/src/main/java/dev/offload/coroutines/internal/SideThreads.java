package dev.offload.coroutines.internal;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one manager for what others wrote and the thread at hand must not wait for. Each
 * lane has at most {@value #MOST} of them, made when they are needed and gone when they are idle.
 * What blocks in one lane holds up that lane alone, and only when all its threads are blocked.
 *
 * <p>Where time is virtual all runs in one thread, in an order that is the same each time: then
 * {@link #inPlace} is true, and what a lane is given runs at once.
 */
public final class SideThreads {
  /** How many threads one lane may have. */
  static final int MOST = 64;

  private static final long IDLE_SECONDS = 5;

  private final boolean inPlace;

  /** To suspended callers, through dispatchers that nobody knows. */
  final Lane answers;

  /** To bodies that are to stop, and so to their cancellation handlers. */
  final Lane stops;

  /** To bodies that would run too deep inside other ones. */
  final Lane starts;

  /** Stages of callers, and whoever watches tasks. */
  public final Lane stages;

  SideThreads(String managerName, boolean inPlace) {
    this.inPlace = inPlace;
    this.answers = new Lane("offload-answer-" + managerName);
    this.stops = new Lane("offload-stop-" + managerName);
    this.starts = new Lane("offload-start-" + managerName);
    this.stages = new Lane("offload-callback-" + managerName);
  }

  /** Whether time is virtual, and what can run in the thread at hand has to. */
  public boolean inPlace() {
    return inPlace;
  }

  /** Tells a suspended caller. */
  public void answer(Runnable task) {
    runOr(answers, task);
  }

  /** Asks a body to stop. */
  public void stop(Runnable task) {
    runOr(stops, task);
  }

  private void runOr(Lane lane, Runnable task) {
    if (inPlace) {
      guarded(task);
    } else {
      lane.run(task);
    }
  }

  /** Runs what nobody waits for, so that nothing it throws gets out. */
  static void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      Log.warn("what was run aside threw", e);
    }
  }

  /** Nothing is left to run; may be called by one of the threads. */
  void release() {
    answers.shutdown();
    stops.shutdown();
    starts.shutdown();
    stages.shutdown();
  }

  /** Some threads for one purpose. */
  public static final class Lane {
    private final ThreadPoolExecutor threads;

    /** Makes a lane; its threads start when they are needed. */
    public Lane(String threadName) {
      threads =
          new ThreadPoolExecutor(
              0,
              MOST,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new IdleFirst(),
              task -> {
                // No inherited thread locals: they would be those of whoever came first.
                Thread thread = new Thread(null, task, threadName, 0, false);
                thread.setDaemon(true);
                return thread;
              },
              Lane::wait);
    }

    /** Runs the task soon on a thread of this lane; on this one, if there are none any more. */
    public void run(Runnable task) {
      submit(new Task(task));
    }

    /** As {@link #run}; answers what knows whether the task has to wait for a thread. */
    public Task submit(Runnable task) {
      return submit(new Task(task));
    }

    private Task submit(Task task) {
      try {
        threads.execute(task);
      } catch (Throwable e) { // no thread to be had
        task.run();
      }
      return task;
    }

    /** Whether all threads are busy: one more task would wait. */
    boolean isFull() {
      return threads.getActiveCount() >= MOST;
    }

    private static void wait(Runnable task, ThreadPoolExecutor threads) {
      ((Task) task).waits = true;
      if (threads.isShutdown()) {
        task.run(); // the manager has ended meanwhile
      } else {
        ((IdleFirst) threads.getQueue()).put(task);
      }
    }

    void shutdown() {
      threads.shutdown();
    }
  }

  /** Something to run. */
  public static final class Task implements Runnable {
    private final Runnable task;
    private volatile boolean waits;

    Task(Runnable task) {
      this.task = task;
    }

    /** Whether it came when all threads were busy, so that nobody knows when it begins. */
    public boolean waits() {
      return waits;
    }

    @Override
    public void run() {
      guarded(task);
    }
  }

  /**
   * Takes a task only if a thread is idle and gets it at once; else the pool makes a thread, and
   * when it has as many as it may, what comes is {@link #put}.
   */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    /** LinkedTransferQueue puts by way of offer in some versions of the JDK. */
    @Override
    public void put(Runnable task) {
      super.offer(task);
    }
  }
}
