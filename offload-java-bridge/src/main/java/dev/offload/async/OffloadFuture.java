package dev.offload.async;

import dev.offload.JobState;
import dev.offload.OffloadHandle;
import dev.offload.OffloadKey;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.ScopedLease;
import dev.offload.coroutines.internal.WaitEdge;
import dev.offload.coroutines.internal.WaitTarget;
import dev.offload.coroutines.internal.Waiter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
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
 * <p>{@code completeAsync}, {@code orTimeout}, {@code completeOnTimeout} and {@code obtrude*} count
 * as completions from outside when they take effect. Dependent stages, {@code copy()}, {@code
 * minimalCompletionStage()} and {@code newIncompleteFuture()} are plain futures and have no lease:
 * what is done to them drops nothing, and they tell a failure inside a {@link
 * java.util.concurrent.CompletionException}, where {@code handle} and {@code whenComplete} on this
 * future itself are given it as it is.
 *
 * <p>Which thread runs the stages that depend on it and were given no executor:
 *
 * <ul>
 *   <li>if the job ended by itself, the one that ran its body, or completed its stage, one caller's
 *       stages after the other's;
 *   <li>if the job was cancelled or ran out of time, one of the manager's own, so that nobody who
 *       cancels jobs or closes a scope waits for the stages of others;
 *   <li>if somebody completes this future from outside, that thread, as for any other future;
 *   <li>one that asks this future, if it is faster than those above.
 * </ul>
 *
 * <p>By then the job's key is free or its body is dying, its successor has been started, and every
 * future of the job answers when it is asked. So a stage that blocks holds up no other job; for
 * slow ones the {@code Async} methods are better still. Without an executor of their own they run
 * in the JDK's common pool, as those of any other future.
 *
 * <p>A failure counts as seen, and is not reported, if someone asked this future for it or built a
 * stage on it before the job ended or, for a job of a scope, before that scope did.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public final class OffloadFuture<T extends @Nullable Object> extends CompletableFuture<T>
    implements OffloadHandle {
  private final JobCell<T> job;
  private final boolean joined;

  /** Stands for the lease: whoever takes it back from the job has to drop the lease. */
  private final Outcome outcome = new Outcome();

  private final Executor callbacks;

  /** Whether it has the library's own stage: all that come later are the caller's. */
  private boolean made;

  /** Whether the scope that took the lease has ended and dropped it. */
  private volatile boolean droppedByScope;

  OffloadFuture(JobCell<T> job, boolean joined, Executor callbacks) {
    this.job = job;
    this.joined = joined;
    this.callbacks = callbacks;
    if (!job.await(outcome)) {
      completeFromJob();
    }
    // For the ways to complete a future that no method below sees, as completeAsync.
    var unused = super.whenComplete((value, failure) -> dropLease());
    made = true;
  }

  /** Completes this future when the job's outcome may be told. */
  private final class Outcome extends Waiter implements ScopedLease {
    @Override
    protected boolean wantsEnd() {
      return false;
    }

    boolean isFired() {
      return wasFired();
    }

    @Override
    protected void fire() {
      if (!hasStages()) {
        completeFromJob();
        return;
      }
      job.markObserved();
      JobState state = job.state();
      if (state == JobState.CANCELLING || state == JobState.CANCELLED) {
        callbacks.execute(OffloadFuture.this::completeFromJob);
      } else {
        completeFromJob();
      }
    }

    @Override
    public boolean isSpent() {
      return job.isDecided() || OffloadFuture.super.isDone();
    }

    /** The scope that took the lease has ended. */
    @Override
    public boolean cancel() {
      if (!dropLease()) {
        return false;
      }
      droppedByScope = true;
      if (hasStages()) {
        callbacks.execute(() -> OffloadFuture.super.cancel(false));
      } else {
        OffloadFuture.super.cancel(false);
      }
      return true;
    }
  }

  private boolean hasStages() {
    return getNumberOfDependents() > 1; // one is the library's own
  }

  JobCell<T> job() {
    return job;
  }

  /** Whether this future was completed from outside before there was an outcome. */
  boolean isGivenUp() {
    return super.isDone() && !job.isTold();
  }

  /** For the scope that took the lease. */
  ScopedLease lease() {
    return outcome;
  }

  /** What a body that blocks on this future waits for. */
  WaitTarget outcomeOfJob() {
    return job.outcome();
  }

  private void completeFromJob() {
    Throwable failure = job.failure();
    if (failure == null) {
      super.complete(job.valueOfSuccess());
    } else {
      super.completeExceptionally(failure);
    }
  }

  /**
   * Makes sure that the answer is here if the job has one: its news may be held up behind a stage
   * of another caller.
   */
  private void pull() {
    if (droppedByScope) {
      super.cancel(false);
    } else if (job.isTold() && !super.isDone()) {
      takeOutcome();
    }
  }

  /**
   * Completes this future with the decided outcome, unless its lease is being given up: who took
   * the lease back does that, and the job fires only where nobody did.
   */
  private void takeOutcome() {
    if (job.takeBack(outcome) || outcome.isFired()) {
      completeFromJob();
    }
  }

  /** Drops the lease, before anyone sees this future completed; true if this call did. */
  private boolean dropLease() {
    if (job.isDecided() || !job.takeBack(outcome)) {
      return false;
    }
    job.dropLease();
    return true;
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
    return giveUp();
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
    giveUp();
    return isCancelled();
  }

  private boolean giveUp() {
    boolean dropped = dropLeaseOrTakeOutcome();
    super.cancel(false);
    return dropped;
  }

  /**
   * True if this call dropped the lease. An outcome comes first, also if its news is on the way.
   */
  private boolean dropLeaseOrTakeOutcome() {
    boolean dropped = dropLease();
    if (!dropped && job.isDecided()) {
      takeOutcome();
    }
    return dropped;
  }

  /**
   * Completes this future from outside, which drops this caller's lease.
   *
   * @param value the value
   * @return true if this call completed it
   */
  @Override
  public boolean complete(T value) {
    var unused = dropLeaseOrTakeOutcome();
    return super.complete(value);
  }

  /**
   * Completes this future from outside, which drops this caller's lease.
   *
   * @param failure the exception
   * @return true if this call completed it
   */
  @Override
  public boolean completeExceptionally(Throwable failure) {
    var unused = dropLeaseOrTakeOutcome();
    return super.completeExceptionally(failure);
  }

  /**
   * Sets what this future answers from now on, completed or not, and drops this caller's lease.
   *
   * @param value the value
   */
  @Override
  public void obtrudeValue(T value) {
    dropLease();
    super.obtrudeValue(value);
  }

  /**
   * Sets what this future answers from now on, completed or not, and drops this caller's lease.
   *
   * @param failure the exception
   */
  @Override
  public void obtrudeException(Throwable failure) {
    dropLease();
    super.obtrudeException(failure);
  }

  /**
   * Tells whether this future is completed.
   *
   * @return true if it is, in whatever way
   */
  @Override
  public boolean isDone() {
    pull();
    return super.isDone();
  }

  /**
   * Tells whether this future is completed with an exception, a cancellation included.
   *
   * @return true if it is
   */
  @Override
  public boolean isCompletedExceptionally() {
    pull();
    return super.isCompletedExceptionally();
  }

  /** Makes the futures of dependent stages: plain ones, without a lease. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    if (made) {
      job.markObserved();
    }
    pull();
    return new CompletableFuture<>();
  }

  /** Returns this future. */
  @Override
  public CompletableFuture<T> toCompletableFuture() {
    askFor();
    return this;
  }

  /** Returns a stage that completes as this future does, and cannot be completed otherwise. */
  @Override
  public CompletionStage<T> minimalCompletionStage() {
    askFor();
    return super.minimalCompletionStage();
  }

  /**
   * Waits for the outcome, without limit.
   *
   * @return the value
   * @throws ExecutionException with what the job or whoever completed this future gave as cause
   * @throws java.util.concurrent.CancellationException if this caller cancelled
   * @throws InterruptedException if the calling thread is interrupted; the lease stays
   * @throws dev.offload.OffloadCycleException if a body calls it and would wait for itself
   */
  @Override
  public T get() throws InterruptedException, ExecutionException {
    WaitEdge edge = beginWait();
    try {
      return super.get();
    } finally {
      BodyWait.end(edge);
    }
  }

  /**
   * Waits for the outcome, at most so long.
   *
   * @param timeout how long
   * @param unit the unit of {@code timeout}
   * @return the value
   * @throws ExecutionException with what the job or whoever completed this future gave as cause
   * @throws java.util.concurrent.CancellationException if this caller cancelled
   * @throws InterruptedException if the calling thread is interrupted; the lease stays
   * @throws dev.offload.OffloadCycleException if a body calls it and would wait for itself
   * @throws TimeoutException if there is no outcome by then; the lease stays
   */
  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    WaitEdge edge = beginWait();
    try {
      return super.get(timeout, unit);
    } finally {
      BodyWait.end(edge);
    }
  }

  /**
   * Answers the value if there is one.
   *
   * @param valueIfAbsent what to answer if there is no outcome yet
   * @return the value
   * @throws java.util.concurrent.CompletionException with the exception this future has as cause
   * @throws java.util.concurrent.CancellationException if this caller cancelled
   */
  @Override
  public T getNow(T valueIfAbsent) {
    askFor();
    return super.getNow(valueIfAbsent);
  }

  /**
   * Waits for the outcome, without limit and without regard to interrupts.
   *
   * @return the value
   * @throws java.util.concurrent.CompletionException with the exception this future has as cause
   * @throws java.util.concurrent.CancellationException if this caller cancelled
   * @throws dev.offload.OffloadCycleException if a body calls it and would wait for itself
   */
  @Override
  public T join() {
    WaitEdge edge = beginWait();
    try {
      return super.join();
    } finally {
      BodyWait.end(edge);
    }
  }

  /** Notes that the body on this thread, if there is one, waits for this future. */
  private @Nullable WaitEdge beginWait() {
    askFor();
    return super.isDone() ? null : BodyWait.begin(job.outcome());
  }

  private void askFor() {
    job.markObserved();
    pull();
  }
}
