package dev.offload.async;

import dev.offload.CancelReason;
import dev.offload.JobState;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.job.Lease;
import dev.offload.coroutines.internal.job.LeaseCompletion;
import dev.offload.coroutines.internal.job.ScopedLease;
import dev.offload.coroutines.internal.job.WaitTarget;
import dev.offload.coroutines.internal.threads.SideThreads;
import org.jspecify.annotations.Nullable;

/**
 * One caller's lease on a job, as a future of that caller.
 *
 * <p>The job completes it with its value, or with the exception for its callers, as it is. Whatever
 * else completes it first ({@code cancel}, {@code complete}, {@code orTimeout} and the like) drops
 * this caller's lease: the future keeps that completion, the other callers of the job are not
 * affected, and the job is cancelled only if this was its last lease. As everywhere in the JDK,
 * {@code isCancelled} means that this caller cancelled; a job cancelled by someone else completes
 * the future with an {@link dev.offload.OffloadCancelledException}.
 *
 * <p>{@code completeAsync}, {@code orTimeout}, {@code completeOnTimeout} and {@code obtrude*} count
 * as completions from outside when they take effect. Dependent stages, {@code copy()}, {@code
 * minimalCompletionStage()} and {@code newIncompleteFuture()} are plain futures without a lease:
 * nothing done to them drops it, and they report a failure inside a {@link
 * java.util.concurrent.CompletionException}, whereas {@code handle} and {@code whenComplete} on
 * this future itself receive it as it is.
 *
 * <p>Dependent stages without an executor run
 *
 * <ul>
 *   <li>if the job has ended, in whatever way, on a thread of the manager, at most 64 at a time;
 *   <li>if this future is completed from outside, on the completing thread, as with any other
 *       future;
 *   <li>if the stage is added when the future is already complete, on the thread that adds it.
 * </ul>
 *
 * <p>So a stage that blocks, or closes the scope, delays no body, no other caller and no scope. By
 * the time stages run, the job's key is free or its body is being cancelled, its successor has been
 * started, and every future of the job reports the outcome. {@code Async} stages without an
 * executor run in the JDK's common pool, as with any other future.
 *
 * <p>A blocking body, or a supplier of a stage, that is cancelled neither continues nor starts to
 * wait here, even if its interrupt was lost on the way: {@code get} ends with an {@link
 * InterruptedException}, {@code join} with a {@link java.util.concurrent.CancellationException},
 * since the caller is cancelled, not what it waits for. An outcome that is already there is
 * returned as always. Clean-up code that must wait nevertheless uses {@code copy().join()}, which
 * is a plain future, or closes a scope. Kotlin coroutine bodies are not interrupted, so this does
 * not apply to them; they use {@code await}.
 *
 * <p>All queries are consistent: once this future is seen to be done, its value, state and
 * cancellation agree.
 *
 * <p>A failure counts as observed, and is not reported, if someone asks this future for it or adds
 * a stage to it in time: for a job of the manager, within {@link
 * dev.offload.OffloadConfig#unobservedReportAfter()} of its end; for a scope's own job, before that
 * scope ends.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public final class OffloadFuture<T extends @Nullable Object> extends AnswerFuture<T>
    implements OffloadHandle {
  private final JobCell<T> job;
  private final Share share;

  OffloadFuture(JobCell<T> job, boolean joined, SideThreads side) {
    super(side.stages);
    this.job = job;
    this.share = new Share(job, joined);
    if (!share.register(new News(share))) {
      tell();
    }
  }

  /** This caller's lease. */
  private final class Share extends Lease<T> {
    Share(JobCell<T> job, boolean joined) {
      super(job, joined);
    }

    boolean giveUp(Object answer) {
      return drop(answer);
    }

    @Override
    protected void onDropped() {
      wake();
    }

    @Override
    public void endOfScope() {
      if (drop(
          new Given<T>(
              null, new OffloadCancelledException(job.label(), CancelReason.SCOPE_CLOSED)))) {
        tell();
      }
    }

    /** What the lease was given up with; null if the outcome is that of the job. */
    @Nullable Object givenUpWith() {
      return settlesWithJob() ? null : given();
    }
  }

  /** Receives the outcome of the job. */
  private final class News extends LeaseCompletion {
    News(Share share) {
      super(share);
    }

    @Override
    protected void fire() {
      tell();
    }
  }

  JobCell<T> job() {
    return job;
  }

  /** For the scope that took the lease. */
  ScopedLease lease() {
    return share;
  }

  /** Whether this future was completed from outside before there was an outcome. */
  boolean isGivenUp() {
    return share.isDropped();
  }

  /** Gives up the lease, with the outcome to report instead; true if this call did. */
  boolean giveUpWith(Object answer) {
    return share.giveUp(answer);
  }

  /** As given to {@link #giveUpWith}; null if the outcome is that of the job. */
  @Nullable Object givenUpWith() {
    return share.givenUpWith();
  }

  @Override
  boolean hasAnswer() {
    return share.isReady();
  }

  @Override
  @Nullable Throwable failureOfAnswer() {
    Object given = share.givenUpWith();
    return given == null ? job.failure() : ((Given<?>) given).failure();
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // this future's own, where null is of type T
  T valueOfAnswer() {
    Object given = share.givenUpWith();
    return given == null ? job.valueOfSuccess() : ((Given<T>) given).value();
  }

  @Override
  boolean giveUp(Given<T> answer) {
    return share.giveUp(answer);
  }

  @Override
  void markAsked() {
    job.markObserved();
  }

  /** What a body that blocks on this future waits for. */
  @Override
  WaitTarget target() {
    return share.target();
  }

  /** Returns the key the job was submitted under. */
  @Override
  public OffloadKey<T> key() {
    return job.key();
  }

  @Override
  public long jobNumber() {
    return job.number();
  }

  @Override
  public JobState jobState() {
    return job.state();
  }

  @Override
  public boolean joined() {
    return share.joined();
  }

  @Override
  public boolean cancel() {
    return cancelHere();
  }

  /**
   * Gives up this caller's lease, as {@link #cancel()} does.
   *
   * @param mayInterruptIfRunning ignored: if this was the last lease, the job is cancelled, and a
   *     blocking body is interrupted
   * @return true if this future is now cancelled
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return super.cancel(mayInterruptIfRunning);
  }
}
