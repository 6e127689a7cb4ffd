package dev.offload.async;

import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.WaitTarget;
import dev.offload.coroutines.internal.Waiter;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Completed when the bodies of some jobs have ended. */
final class EndFuture extends JobsFuture<@Nullable Void> {
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

  @Override
  WaitTarget target() {
    return to -> jobs.forEach(job -> job.end().forEachBlocker(to));
  }

  private void oneEnded() {
    if (missing.decrementAndGet() > 0) {
      return;
    }
    if (getNumberOfDependents() > 0) { // not on the thread of the last job
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
}
