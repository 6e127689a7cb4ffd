package dev.offload.async;

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

  private final Callable<? extends T> body;
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
    Runnable end;
    try {
      if (!running.begin()) {
        return;
      }
      end = callBody(running);
    } finally {
      release();
    }
    end.run();
  }

  /** Runs the body and answers how to tell its end. */
  private Runnable callBody(JobCell<T> running) {
    try {
      T value = body.call();
      return () -> running.succeed(value);
    } catch (Throwable e) { // the job ends with it, whatever it is
      return () -> running.fail(e);
    }
  }

  private void release() {
    if (runner.compareAndSet(Thread.currentThread(), ENDED)) {
      return;
    }
    while (runner.get() == STOPPING) {
      Thread.onSpinWait(); // the interrupt is on its way: between two statements of stopBody()
    }
    Thread.interrupted(); // clears it
  }

  @Override
  public void stopBody() {
    if (runner.compareAndSet(null, STOPPED)) {
      return;
    }
    if (runner.get() instanceof Thread thread && runner.compareAndSet(thread, STOPPING)) {
      thread.interrupt();
      runner.set(STOPPED);
    }
  }
}
