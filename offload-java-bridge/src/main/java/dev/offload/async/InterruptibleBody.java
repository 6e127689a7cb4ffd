package dev.offload.async;

import dev.offload.coroutines.internal.job.CurrentJob;
import dev.offload.coroutines.internal.job.JobBody;
import dev.offload.coroutines.internal.job.JobCell;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A body whose code runs on a thread of an executor and is stopped by interrupting that thread.
 * Costs no coroutine.
 *
 * <pre>
 *  runner        becomes       by
 *  ------------  ------------  -------------------------------------------------------------
 *  null          the thread    run(), before the code
 *  null          STOPPED       stopBody(): run() will not run the code
 *  the thread    ENDED         run(), after the code: no interrupt can come any more
 *  the thread    STOPPING      stopBody(), which now interrupts the thread
 *  STOPPING      STOPPED       stopBody(), after the interrupt
 * </pre>
 *
 * <p>The thread belongs to an executor and continues with other work. So {@code run()} returns only
 * when no interrupt can come any more, and clears the one that came.
 *
 * @param <T> the type of the job's result
 * @param <R> the type of the code's result
 */
abstract class InterruptibleBody<T extends @Nullable Object, R extends @Nullable Object>
    implements JobBody<T>, Runnable {
  private static final Object STOPPING = "stopping";
  private static final Object STOPPED = "stopped";
  private static final Object ENDED = "ended";

  /** Cleared when it is run or stopped: an executor may keep a cancelled body in its queue. */
  private volatile @Nullable Callable<? extends R> code;

  private final Executor executor;
  private final AtomicReference<@Nullable Object> runner = new AtomicReference<>();

  /** Written before the body is given to the executor. */
  private @Nullable JobCell<T> job;

  InterruptibleBody(Callable<? extends R> code, Executor executor) {
    this.code = code;
    this.executor = executor;
  }

  /** The code has ended on its own. No interrupt can come any more. */
  abstract void returned(R result, JobCell<T> running);

  @Override
  public final void startBody(JobCell<T> job) {
    this.job = job;
    executor.execute(this);
  }

  @Override
  public final void run() {
    JobCell<T> running = Objects.requireNonNull(job);
    if (!runner.compareAndSet(null, Thread.currentThread())) {
      return; // cancelled before it started
    }
    Callable<? extends R> called = code;
    Runnable end;
    try {
      if (called == null || !running.begin()) {
        return;
      }
      end = call(called, running);
    } finally {
      release();
    }
    end.run();
  }

  /** Runs the code and returns how to report its end. */
  private Runnable call(Callable<? extends R> called, JobCell<T> running) {
    code = null;
    JobCell<?> before = CurrentJob.set(running);
    try {
      R result = called.call();
      return () -> returned(result, running);
    } catch (Throwable e) { // the job ends with it, whatever it is
      return () -> running.fail(e);
    } finally {
      var unused = CurrentJob.set(before);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // the thread waited for may need this one's processor
  private void release() {
    if (runner.compareAndSet(Thread.currentThread(), ENDED)) {
      return;
    }
    while (runner.get() == STOPPING) {
      Thread.yield(); // the interrupt is coming: between two statements of stopBody()
    }
    Thread.interrupted(); // clears it
  }

  @Override
  public final boolean stopsByInterrupt() {
    return true;
  }

  @Override
  public void stopBody() {
    code = null;
    if (runner.compareAndSet(null, STOPPED)) {
      return;
    }
    if (runner.get() instanceof Thread thread && runner.compareAndSet(thread, STOPPING)) {
      try {
        thread.interrupt(); // may run code of a channel the body is blocked on, and that may throw
      } finally {
        runner.set(STOPPED);
      }
    }
  }
}
