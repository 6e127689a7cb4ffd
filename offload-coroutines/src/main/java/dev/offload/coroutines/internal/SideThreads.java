package dev.offload.coroutines.internal;

import java.util.List;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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

  private static final long IDLE_MILLIS = 5_000;

  /** As long as threads are kept that nobody is likely to need again. */
  private static final long GONE_MILLIS = 10;

  private final boolean inPlace;

  /** To suspended callers, through dispatchers that nobody knows. */
  final Lane answers;

  /** To bodies that are to stop, and so to their cancellation handlers. */
  final Lane stops;

  /** To bodies that would run too deep inside other ones. */
  final Lane starts;

  /** Stages of callers, and whoever watches tasks. */
  public final Lane stages;

  private final Lane news;
  private final Mailbox listener;

  SideThreads(String managerName, boolean inPlace) {
    this.inPlace = inPlace;
    this.answers = new Lane("offload-answer-" + managerName);
    this.stops = new Lane("offload-stop-" + managerName);
    this.starts = new Lane("offload-start-" + managerName);
    this.stages = new Lane("offload-callback-" + managerName);
    this.news = new Lane("offload-listener-" + managerName);
    this.listener = new Mailbox(news::runAside);
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

  /** Tells the listener, after what it was told before. */
  void tellListener(Runnable task) {
    if (inPlace) {
      guarded(task);
    } else {
      listener.post(task);
    }
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

  /** Little is left to run: threads end soon when they have nothing to do. */
  void release() {
    List.of(answers, stops, starts, stages, news).forEach(Lane::release);
  }

  /**
   * Some threads for one purpose.
   *
   * <p>A pool that runs out of stack while it makes a thread counts that thread for ever, though it
   * never ran, and with as many of those as it may have threads, it has none. So one that threw a
   * {@link StackOverflowError} is used no more: what it has goes on, and ends when it is idle.
   */
  public static final class Lane {
    private final ThreadFactory factory;
    private volatile long idleMillis;

    /** Null after the last one ran out of stack. */
    private volatile @Nullable ThreadPoolExecutor threads;

    /** Makes a lane; its threads start when they are needed. */
    public Lane(String threadName) {
      this(threadName, OwnThreads.ofCaller(), true, IDLE_MILLIS);
    }

    private Lane(String threadName, OwnThreads own, boolean daemon, long idleMillis) {
      this.factory = task -> own.make(threadName, daemon, task);
      this.idleMillis = idleMillis;
      this.threads = newThreads();
    }

    static Lane ofLog() {
      return new Lane("offload-log", OwnThreads.ofLibrary(), false, GONE_MILLIS);
    }

    private ThreadPoolExecutor newThreads() {
      return new ThreadPoolExecutor(
          0, MOST, idleMillis, TimeUnit.MILLISECONDS, new IdleFirst(), factory, Lane::wait);
    }

    /** Runs the task soon on a thread of this lane; on this one, if there is none to be had. */
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
    boolean isFull() {
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

    private void release() {
      idleMillis = GONE_MILLIS;
      ThreadPoolExecutor now = threads;
      if (now != null) {
        now.setKeepAliveTime(GONE_MILLIS, TimeUnit.MILLISECONDS);
      }
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
        guarded(task);
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
