package dev.offload.async;

import dev.offload.coroutines.internal.completion.Completion;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.job.WaitTarget;
import dev.offload.coroutines.internal.threads.SideThreads;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Completed when the bodies of some jobs have ended. */
final class EndFuture<T extends @Nullable Object> extends AnswerFuture<T> {
  private final List<JobCell<?>> jobs;
  private final AtomicReference<@Nullable Given<T>> answer = new AtomicReference<>();

  /** How many have not ended, plus one until all are counted. */
  private final AtomicInteger missing;

  private final Supplier<? extends T> value;

  /**
   * Creates a future.
   *
   * @param value the answer, requested when they have ended; it must not wait, run foreign code or
   *     throw
   */
  EndFuture(List<JobCell<?>> jobs, Supplier<? extends T> value, SideThreads side) {
    super(side.stages);
    this.jobs = jobs;
    this.value = value;
    this.missing = new AtomicInteger(jobs.size() + 1);
    for (JobCell<?> job : jobs) {
      if (!job.push(new End())) {
        oneEnded();
      }
    }
    oneEnded();
  }

  private void oneEnded() {
    if (missing.decrementAndGet() == 0
        && answer.compareAndSet(null, new Given<>(value.get(), null))) {
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
  @SuppressWarnings("NullAway") // of type T, where it is no failure
  T valueOfAnswer() {
    return Objects.requireNonNull(answer.get()).value();
  }

  @Override
  boolean giveUp(Given<T> given) {
    if (!answer.compareAndSet(null, given)) {
      return false;
    }
    wake();
    return true;
  }

  @Override
  WaitTarget target() {
    return to -> jobs.forEach(job -> job.endTarget().eachPart(to));
  }

  private final class End extends Completion {
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
