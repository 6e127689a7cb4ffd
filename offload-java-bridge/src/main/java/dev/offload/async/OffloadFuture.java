package dev.offload.async;

import dev.offload.JobState;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.Waiter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One caller's lease on a job, as a future of its own.
 *
 * <p>The job completes it with its value, or with the exception its callers are to be told, as it
 * is. Whatever else completes it first ({@code cancel}, {@code complete}, {@code orTimeout} and the
 * like) drops this caller's lease: the future keeps that completion, the other callers of the job
 * are not touched, and the job is cancelled only if this was its last lease. As everywhere in the
 * JDK, {@code isCancelled} tells that this caller cancelled; a job that someone else cancelled
 * completes the future with an {@link dev.offload.OffloadCancelledException}.
 *
 * <p>Stages that depend on it and were given no executor run on the thread that ended or cancelled
 * the job: use the {@code Async} methods for anything slow.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public final class OffloadFuture<T extends @Nullable Object> extends CompletableFuture<T>
    implements OffloadHandle {
  private final JobCell<T> job;
  private final boolean joined;

  /**
   * False while the constructor makes the library's own dependent, which is no caller that asks for
   * the outcome.
   */
  private final boolean constructed;

  OffloadFuture(JobCell<T> job, boolean joined) {
    this.job = job;
    this.joined = joined;
    Waiter outcome = new Outcome();
    boolean registered = job.await(outcome);
    if (!registered) {
      completeFromJob();
    }
    var unused =
        super.whenComplete(
            (value, failure) -> {
              job.takeBack(outcome);
              job.dropLease(); // without effect once the job's outcome is decided
            });
    this.constructed = true;
  }

  /** Completes this future when the job's outcome is decided. */
  private final class Outcome extends Waiter {
    @Override
    protected boolean wantsEnd() {
      return false;
    }

    @Override
    protected void fire() {
      completeFromJob();
    }
  }

  private void completeFromJob() {
    Throwable failure = job.failure();
    if (failure == null) {
      complete(job.valueOfSuccess());
    } else {
      completeExceptionally(failure);
    }
  }

  /** Returns the key the job was submitted under. */
  @Override
  public OffloadKey<T> key() {
    return job.key();
  }

  @Override
  public JobState jobState() {
    return job.state();
  }

  @Override
  public boolean joined() {
    return joined;
  }

  @Override
  public boolean cancel() {
    return cancel(false);
  }

  /**
   * Gives up this caller's lease, as {@link #cancel()}.
   *
   * @param mayInterruptIfRunning without meaning: if this was the last lease, the job is cancelled,
   *     and a blocking body is interrupted
   * @return true if this future is now cancelled
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (job.isDecided()) {
      completeFromJob(); // the outcome came first, though its news may still be on the way
    }
    return super.cancel(mayInterruptIfRunning);
  }

  /** Makes the futures of dependent stages: plain ones, without a lease. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    if (constructed) {
      job.markObserved();
    }
    return new CompletableFuture<>();
  }

  /** Returns this future. */
  @Override
  public CompletableFuture<T> toCompletableFuture() {
    job.markObserved();
    return this;
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    job.markObserved();
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    job.markObserved();
    return super.get(timeout, unit);
  }

  @Override
  public T join() {
    job.markObserved();
    return super.join();
  }
}
