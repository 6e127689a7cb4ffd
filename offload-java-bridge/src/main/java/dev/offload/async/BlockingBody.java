package dev.offload.async;

import dev.offload.coroutines.internal.CurrentJob;
import dev.offload.coroutines.internal.JobBody;
import dev.offload.coroutines.internal.JobCell;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A body that blocks a thread and is stopped by interrupting it. Costs no coroutine.
 *
 * <pre>
 *  runner        becomes       by
 *  ------------  ------------  -------------------------------------------------------------
 *  null          the thread    run(), before the body
 *  null          STOPPED       stopBody(): run() will not run the body
 *  the thread    ENDED         run(), after the body: no interrupt can come any more
 *  the thread    STOPPING      stopBody(), which now interrupts the thread
 *  STOPPING      STOPPED       stopBody(), after the interrupt
 * </pre>
 *
 * <p>The thread belongs to an executor and goes on to other work. So {@code run()} leaves only when
 * no interrupt can come any more, and takes away the one that came.
 */
final class BlockingBody<T extends @Nullable Object> implements JobBody<T>, Runnable {
  private static final Object STOPPING = "stopping";
  private static final Object STOPPED = "stopped";
  private static final Object ENDED = "ended";

  /** Let go when it is run or stopped: an executor may keep a cancelled body in its queue. */
  private volatile @Nullable Callable<? extends T> body;

  private final Executor executor;
  private final AtomicReference<@Nullable Object> runner = new AtomicReference<>();

  /** Written before the executor is given the body. */
  private @Nullable JobCell<T> job;

  BlockingBody(Callable<? extends T> body, Executor executor) {
    this.body = body;
    this.executor = executor;
  }

  @Override
  public void startBody(JobCell<T> job) {
    this.job = job;
    executor.execute(this);
  }

  @Override
  public void run() {
    JobCell<T> running = Objects.requireNonNull(job);
    if (!runner.compareAndSet(null, Thread.currentThread())) {
      return; // cancelled before it began
    }
    Callable<? extends T> called = body;
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

  /** Runs the body and answers how to tell its end. */
  private Runnable call(Callable<? extends T> called, JobCell<T> running) {
    body = null;
    JobCell<?> before = CurrentJob.set(running);
    try {
      T value = called.call();
      return () -> running.succeed(value);
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
      Thread.yield(); // the interrupt is on its way: between two statements of stopBody()
    }
    Thread.interrupted(); // clears it
  }

  @Override
  public void stopBody() {
    body = null;
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
