package dev.offload.async;

import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.WaitEdge;
import dev.offload.coroutines.internal.Waiter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Completed when the bodies of some jobs have ended. A body that blocks on it is noted as waiting.
 */
final class EndFuture extends CompletableFuture<@Nullable Void> {
  private final List<JobCell<?>> jobs;
  private final Executor callbacks;

  /** How many have not ended, and one more until all are counted. */
  private final AtomicInteger missing;

  EndFuture(List<JobCell<?>> jobs, Executor callbacks) {
    this.jobs = jobs;
    this.callbacks = callbacks;
    this.missing = new AtomicInteger(jobs.size() + 1);
    for (JobCell<?> job : jobs) {
      if (!job.push(new End())) {
        oneEnded();
      }
    }
    oneEnded();
  }

  private void oneEnded() {
    if (missing.decrementAndGet() > 0) {
      return;
    }
    if (getNumberOfDependents() > 0) {
      callbacks.execute(() -> complete(null));
    } else {
      complete(null);
    }
  }

  private final class End extends Waiter {
    @Override
    protected boolean wantsEnd() {
      return true;
    }

    @Override
    protected void fire() {
      oneEnded();
    }
  }

  private @Nullable WaitEdge begin() {
    return isDone()
        ? null
        : BodyWait.begin(to -> jobs.forEach(job -> job.end().forEachBlocker(to)));
  }

  @Override
  public @Nullable Void get() throws InterruptedException, ExecutionException {
    WaitEdge edge = begin();
    try {
      return super.get();
    } finally {
      BodyWait.end(edge);
    }
  }

  @Override
  public @Nullable Void get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    WaitEdge edge = begin();
    try {
      return super.get(timeout, unit);
    } finally {
      BodyWait.end(edge);
    }
  }

  @Override
  public @Nullable Void join() {
    WaitEdge edge = begin();
    try {
      return super.join();
    } finally {
      BodyWait.end(edge);
    }
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
