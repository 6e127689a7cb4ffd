package dev.offload.async;

import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.SideThreads;
import dev.offload.coroutines.internal.WaitTarget;
import dev.offload.coroutines.internal.Waiter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Completed when the bodies of some jobs have ended. */
final class EndFuture extends AnswerFuture<@Nullable Void> {
  private static final Given<@Nullable Void> ENDED = new Given<>(null, null);

  private final List<JobCell<?>> jobs;
  private final AtomicReference<@Nullable Given<@Nullable Void>> answer = new AtomicReference<>();

  /** How many have not ended, and one more until all are counted. */
  private final AtomicInteger missing;

  EndFuture(List<JobCell<?>> jobs, SideThreads side) {
    super(side.stages);
    this.jobs = jobs;
    this.missing = new AtomicInteger(jobs.size() + 1);
    for (JobCell<?> job : jobs) {
      if (!job.push(new End())) {
        oneEnded();
      }
    }
    oneEnded();
  }

  private void oneEnded() {
    if (missing.decrementAndGet() == 0 && answer.compareAndSet(null, ENDED)) {
      tell();
    }
  }

  @Override
  boolean hasAnswer() {
    return answer.get() != null;
  }

  @Override
  @Nullable Throwable failureOfAnswer() {
    return Objects.requireNonNull(answer.get()).failure();
  }

  @Override
  @SuppressWarnings("NullAway") // the one value of this type
  @Nullable Void valueOfAnswer() {
    return null;
  }

  @Override
  boolean giveUp(Given<@Nullable Void> given) {
    if (!answer.compareAndSet(null, given)) {
      return false;
    }
    wake();
    return true;
  }

  @Override
  WaitTarget target() {
    return to -> jobs.forEach(job -> job.end().eachPart(to));
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
