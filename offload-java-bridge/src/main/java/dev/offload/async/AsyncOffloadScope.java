package dev.offload.async;

import dev.offload.CancelReason;
import dev.offload.ConflictPolicy;
import dev.offload.JobSnapshot;
import dev.offload.OffloadCancelledException;
import dev.offload.OffloadCycleException;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.OffloadTimeoutException;
import dev.offload.ScopeClosedException;
import dev.offload.ScopeSnapshot;
import dev.offload.Submission;
import dev.offload.coroutines.internal.job.JobBody;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.job.ScopeCore;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Owns jobs, and runs each key once at a time: one scope per request, for example, in a
 * try-with-resources statement.
 *
 * <pre>{@code
 * try (AsyncOffloadScope request = manager.openScope("GET /users/{id}")) {
 *   OffloadFuture<User> user = request.share(LOAD_USER.key(id), () -> api.user(id));
 *   OffloadFuture<History> history = request.submit(LOAD_HISTORY.key(id), () -> db.history(id));
 *   return user.thenCombine(history, Page::new).join();
 * }
 * }</pre>
 *
 * <table border="1">
 * <caption>Who owns the job of an operation</caption>
 * <tr><th>operation<th>owner, and domain in which a key is unique<th>ends early
 * <tr><td>{@code submit}, {@code trySubmit}, {@code submitWhenRoom}<td>this scope
 *     <td>if cancelled by key, by the last of its holders, or with the scope
 * <tr><td>{@code share}, {@code tryShare}, {@code shareWhenRoom}, {@code call}<td>the manager
 *     <td>if cancelled by key or with the manager, or when its last holder leaves
 * <tr><td>{@code spawn}<td>the manager<td>only if cancelled by key or with the manager
 * </table>
 *
 * <p>In addition, a time limit can end any job, and a submission with {@link
 * ConflictPolicy#REPLACE} cancels the jobs in flight under its key.
 *
 * <p>A body starts only after the previous body under its key has ended, unless {@link
 * ConflictPolicy#ALLOW} is used. A blocking body is cancelled by an interrupt; one that ignores it
 * is reported and never overtaken, and its callers get the outcome at once. Cancelling a body also
 * ends its waits in this library, see {@link OffloadFuture}.
 *
 * <p>Safe to use from any thread. Only {@link #close()}, {@code scope}, {@code call} and the
 * operations that end in {@code WhenRoom} block. A null argument causes an {@link
 * IllegalArgumentException}.
 *
 * <h2>Variants of an operation</h2>
 *
 * <p>Each operation takes a blocking body: a {@link Callable}, which {@link OffloadTask#of} makes
 * from work without a value. Its variant with {@code Stage} in the name takes a supplier that
 * starts asynchronous work and returns its {@link CompletionStage}; no thread waits for it. All but
 * {@code spawn} have overloads with {@link SubmitOptions} between key and body.
 *
 * <p>The supplier of a stage runs on a thread of this manager, and the job ends with the stage:
 * with its value, or with its exception, unwrapped from a {@link CompletionException}. A stage that
 * is cancelled although nobody cancelled the job makes the job fail, as does a supplier that throws
 * or returns null. Cancelling the job cancels the stage, unless it is {@linkplain
 * SubmitOptions#withBorrowedStage() borrowed}; if the stage cannot be cancelled, the key stays in
 * use until the stage completes.
 *
 * <p>A method described as another one "with options" or "with a stage" behaves like that one and
 * throws the same exceptions, except as stated.
 *
 * @since 0.1
 */
public sealed class AsyncOffloadScope implements AutoCloseable permits AsyncOffloadManager {
  final ScopeCore core;
  final ManagerThreads threads;
  private final ScopeWork work;

  /** Whether {@link #close()} has thrown the first failure of a scope that fails fast. */
  private final AtomicBoolean failureThrown = new AtomicBoolean();

  /** Starts the end; for a scope created by Kotlin, more than the end of its core. */
  private final Runnable complete;

  AsyncOffloadScope(ScopeCore core, ManagerThreads threads, Runnable complete) {
    this.core = core;
    this.threads = threads;
    this.work = new ScopeWork(core, threads);
    this.complete = complete;
    core.asyncFace(this);
  }

  /**
   * Returns the name, as given.
   *
   * @return the name
   */
  public final String name() {
    return core.name();
  }

  // Work of this scope.

  /**
   * Runs {@code body} under {@code key} as a job of this scope, or follows the conflict policy of
   * its kind if the key is in flight here; by default it joins the job in flight if the key is
   * keyed, and refuses otherwise. If all holders of a job cancel their futures, it is cancelled.
   *
   * @param key what the work is
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException if an argument is null, if the policy is {@link
   *     ConflictPolicy#JOIN} or {@link ConflictPolicy#NEXT} and the key is not keyed, if this
   *     manager knows another kind of the same name, or if the key is that of a recorder's task
   * @throws dev.offload.OffloadRejectedException if a concurrency limit is reached and its queue is
   *     full
   * @throws dev.offload.KeyInFlightException if the key is in flight and the policy is {@link
   *     ConflictPolicy#REJECT}
   * @throws dev.offload.ScopeClosedException if this scope accepts no new work
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submit(
      OffloadKey<T> key, Callable<? extends T> body) {
    return submit(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, with options.
   *
   * @param key what the work is
   * @param options override the settings of the kind for this submission
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submit(
      OffloadKey<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.submit(key, options, blocking(body));
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, with a stage.
   *
   * @param key what the work is
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitStage(
      OffloadKey<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return submitStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #submitStage(OffloadKey, Supplier)}, with options.
   *
   * @param key what the work is
   * @param options override the settings of the kind for this submission
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitStage(
      OffloadKey<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.submit(key, options, stage(body, options));
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, but returns the outcome of the submission, including
   * a refusal, which is not thrown.
   *
   * @param key what the work is
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmit(
      OffloadKey<T> key, Callable<? extends T> body) {
    return trySubmit(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #trySubmit(OffloadKey, Callable)}, with options.
   *
   * @param key what the work is
   * @param options override the settings of the kind for this submission
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmit(
      OffloadKey<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.trySubmit(key, options, blocking(body));
  }

  /**
   * As {@link #trySubmit(OffloadKey, Callable)}, with a stage.
   *
   * @param key what the work is
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmitStage(
      OffloadKey<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return trySubmitStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #trySubmitStage(OffloadKey, Supplier)}, with options.
   *
   * @param key what the work is
   * @param options override the settings of the kind for this submission
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmitStage(
      OffloadKey<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.trySubmit(key, options, stage(body, options));
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, but if a queue is full, the calling thread waits
   * until there is room; waiting callers are served in order. An attempt that finds no room is not
   * counted as a submission.
   *
   * <p>In a body that itself holds a permit of one of the limits concerned, it does not wait: room
   * might only become available when that body ends.
   *
   * @param key what the work is
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException if the calling thread is interrupted while it waits, or runs a
   *     body that was cancelled; nothing has then been submitted
   * @throws dev.offload.OffloadRejectedException in a body that must not wait, as described above
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitWhenRoom(
      OffloadKey<T> key, Callable<? extends T> body) throws InterruptedException {
    return submitWhenRoom(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #submitWhenRoom(OffloadKey, Callable)}, with options.
   *
   * @param key what the work is
   * @param options override the settings of the kind for this submission
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitWhenRoom(
      OffloadKey<T> key, SubmitOptions options, Callable<? extends T> body)
      throws InterruptedException {
    return work.submitWhenRoom(key, options, blocking(body));
  }

  /**
   * As {@link #submitWhenRoom(OffloadKey, Callable)}, with a stage.
   *
   * @param key what the work is
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitStageWhenRoom(
      OffloadKey<T> key, Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    return submitStageWhenRoom(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #submitStageWhenRoom(OffloadKey, Supplier)}, with options.
   *
   * @param key what the work is
   * @param options override the settings of the kind for this submission
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitStageWhenRoom(
      OffloadKey<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    return work.submitWhenRoom(key, options, stage(body, options));
  }

  // Work of the manager.

  /**
   * Takes a lease on the job in flight under {@code key} in the manager, and starts one with {@code
   * body} if there is none. The job is cancelled when its last holder leaves, unless its kind's
   * abandon policy is {@link dev.offload.AbandonPolicy#finish()}. A failure is delivered to all
   * holders of the job and not remembered: the next call runs a new job.
   *
   * <p>With {@link ConflictPolicy#NEXT} in the options, a body that has already started is not
   * joined: the value is that of a body that starts after this call.
   *
   * <p>The lease is dropped at the end of this scope, after the jobs it owns have ended.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException if an argument is null, if the options set a conflict policy
   *     other than JOIN and NEXT, if this manager knows another kind of the same name, or if the
   *     key is that of a recorder's task
   * @throws dev.offload.OffloadRejectedException if a concurrency limit is reached and its queue is
   *     full
   * @throws dev.offload.ScopeClosedException if this scope or the manager accepts no new work
   */
  public final <T extends @Nullable Object> OffloadFuture<T> share(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) {
    return share(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   */
  public final <T extends @Nullable Object> OffloadFuture<T> share(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.share(key, options, blockingLater(body));
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, with a stage.
   *
   * @param key what the work is about
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareStage(
      OffloadKey.Keyed<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return shareStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #shareStage(OffloadKey.Keyed, Supplier)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.share(key, options, stageLater(body, options));
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, but returns the outcome of the submission,
   * including a refusal, which is not thrown: because a queue is full, or this scope or the manager
   * accepts no new work.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShare(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) {
    return tryShare(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #tryShare(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShare(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.tryShare(key, options, blockingLater(body));
  }

  /**
   * As {@link #tryShare(OffloadKey.Keyed, Callable)}, with a stage.
   *
   * @param key what the work is about
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShareStage(
      OffloadKey.Keyed<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return tryShareStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #tryShareStage(OffloadKey.Keyed, Supplier)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the outcome, with the lease unless the submission was refused
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShareStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.tryShare(key, options, stageLater(body, options));
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, but if a job has to be started and a queue of
   * the manager is full, waits until there is room, as {@link #submitWhenRoom(OffloadKey,
   * Callable)} does.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareWhenRoom(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) throws InterruptedException {
    return shareWhenRoom(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareWhenRoom(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body)
      throws InterruptedException {
    return work.shareWhenRoom(key, options, blockingLater(body));
  }

  /**
   * As {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}, with a stage.
   *
   * @param key what the work is about
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareStageWhenRoom(
      OffloadKey.Keyed<T> key, Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    return shareStageWhenRoom(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #shareStageWhenRoom(OffloadKey.Keyed, Supplier)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareStageWhenRoom(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    return work.shareWhenRoom(key, options, stageLater(body, options));
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, and waits for the value, with a lease that lasts
   * as long as the call: single flight. In a body, it counts as a wait of that body, as a {@code
   * join} does.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the job
   * @throws InterruptedException if the calling thread is interrupted, or runs a body that was
   *     cancelled; the lease is dropped, and others waiting for the same job are not affected
   * @throws CompletionException if there is no value: with the failure of the job as its cause, as
   *     from {@code join}
   * @throws OffloadCycleException if a body calls it and would wait for itself
   */
  public final <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) throws InterruptedException {
    return call(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #call(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the job
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body)
      throws InterruptedException {
    return work.call(key, options, blockingLater(body));
  }

  /**
   * As {@link #call(OffloadKey.Keyed, SubmitOptions, Callable)}, with a limit on the caller's wait.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param atMost how long this caller waits; the job has its own limits
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the job
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws TimeoutException if there is no value in time; the lease is dropped, and others waiting
   *     for the same job are not affected
   * @throws IllegalArgumentException also if the time is null or negative
   */
  public final <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, SubmitOptions options, Duration atMost, Callable<? extends T> body)
      throws InterruptedException, TimeoutException {
    return work.call(key, options, Require.notNegative("atMost", atMost), blockingLater(body));
  }

  /**
   * As {@link #call(OffloadKey.Keyed, Callable)}, with a stage.
   *
   * @param key what the work is about
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the job
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T callStage(
      OffloadKey.Keyed<T> key, Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    return callStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #callStage(OffloadKey.Keyed, Supplier)}, with options.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the job
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T callStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    return work.call(key, options, stageLater(body, options));
  }

  /**
   * As {@link #call(OffloadKey.Keyed, SubmitOptions, Duration, Callable)}, with a stage.
   *
   * @param key what the work is about
   * @param options override the settings of the kind for this submission
   * @param atMost how long this caller waits; the job has its own limits
   * @param body starts the work and returns its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the job
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws TimeoutException if there is no value in time; the lease is dropped, and others waiting
   *     for the same job are not affected
   * @throws IllegalArgumentException also if the time is null or negative
   */
  public final <T extends @Nullable Object> T callStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Duration atMost,
      Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException, TimeoutException {
    return work.call(
        key, options, Require.notNegative("atMost", atMost), stageLater(body, options));
  }

  /**
   * Runs {@code body} as a job of the manager that nobody holds: fire and forget. A failure is
   * reported to the listener, and logged as a warning.
   *
   * @param label names the kind of work, with the syntax of a kind's name
   * @param body the work
   * @return the key of the job, by which it can be looked up and cancelled
   * @throws IllegalArgumentException if an argument is null or the label is not a valid name of a
   *     kind
   * @throws dev.offload.OffloadRejectedException if a concurrency limit is reached and its queue is
   *     full
   * @throws dev.offload.ScopeClosedException if this scope or the manager accepts no new work
   */
  public final OffloadKey.Auto<?> spawn(String label, OffloadTask body) {
    Require.notNull("label", label);
    return core.submissions()
        .spawn(label, threads.<@Nullable Object>blocking(Require.notNull("body", body)));
  }

  /**
   * As {@link #spawn}, with a stage.
   *
   * @param label names the kind of work, with the syntax of a kind's name
   * @param body starts the work
   * @return the key of the job
   */
  public final OffloadKey.Auto<?> spawnStage(
      String label, Supplier<? extends CompletionStage<?>> body) {
    Require.notNull("label", label);
    return core.submissions()
        .spawn(label, threads.<@Nullable Object>stage(Require.notNull("body", body), false));
  }

  // Bodies, checked; those of work that may be in flight already are created only if it is not.

  private <T extends @Nullable Object> JobBody<T> blocking(Callable<? extends T> body) {
    return threads.blocking(Require.notNull("body", body));
  }

  private <T extends @Nullable Object> JobBody<T> stage(
      Supplier<? extends CompletionStage<? extends T>> body, SubmitOptions options) {
    Require.notNull("options", options);
    return threads.stage(Require.notNull("body", body), options.borrowedStage());
  }

  private <T extends @Nullable Object> Supplier<JobBody<T>> blockingLater(
      Callable<? extends T> body) {
    Callable<? extends T> checked = Require.notNull("body", body);
    return () -> threads.blocking(checked);
  }

  private <T extends @Nullable Object> Supplier<JobBody<T>> stageLater(
      Supplier<? extends CompletionStage<? extends T>> body, SubmitOptions options) {
    Require.notNull("options", options);
    Supplier<? extends CompletionStage<? extends T>> checked = Require.notNull("body", body);
    return () -> threads.stage(checked, options.borrowedStage());
  }

  // Queries.

  /**
   * Looks a job up in this scope, then in the manager. Takes no lease.
   *
   * @param key the key
   * @return the newest active job under the key, preferably one that is not being cancelled
   */
  public final Optional<JobSnapshot> find(OffloadKey<?> key) {
    return Optional.ofNullable(core.views().find(Require.notNull("key", key)));
  }

  /**
   * Returns whether a job under the key is active in this scope or in the manager. Takes no lease.
   *
   * @param key the key
   * @return true if one is
   */
  public final boolean isInFlight(OffloadKey<?> key) {
    return core.views().isInFlight(Require.notNull("key", key));
  }

  /**
   * Returns the number of jobs of this scope, and of all scopes under it, that are queued, running
   * or being cancelled.
   *
   * @return the number
   */
  public final int activeCount() {
    return (int) core.views().activeCount();
  }

  /**
   * Returns a snapshot of the jobs of this scope, the scopes under it, and its counts.
   *
   * @return the snapshot
   */
  public final ScopeSnapshot snapshot() {
    return core.views().snapshot();
  }

  /**
   * Returns a future that completes when the bodies of all jobs that this scope and the scopes
   * under it have accepted so far have ended, however they ended. Jobs accepted later are not
   * waited for. Nothing done to the future affects a job.
   *
   * @return a future that completes with null; a body that blocks on it, and would wait for itself,
   *     gets an {@link OffloadCycleException}
   */
  public final CompletableFuture<@Nullable Void> joinAll() {
    return new EndFuture<@Nullable Void>(core.views().jobs(), () -> null, threads.side());
  }

  /**
   * As {@link #joinAll()}, for the jobs that this scope itself has accepted under one of the keys.
   *
   * @param keys the keys
   * @return a future that completes when the bodies of those jobs have ended, however they ended
   * @throws IllegalArgumentException if the keys or one of them is null
   */
  public final CompletableFuture<@Nullable Void> joinAll(Collection<? extends OffloadKey<?>> keys) {
    Require.notNull("keys", keys).forEach(key -> Require.notNull("a key", key));
    return new EndFuture<@Nullable Void>(core.views().jobs(keys), () -> null, threads.side());
  }

  // Cancelling.

  /**
   * Cancels every job under the key in this scope, as {@link #cancel(OffloadKey)} does, and returns
   * a future that completes when their bodies have ended and released whatever they held.
   *
   * @param key the key
   * @return the future
   * @throws IllegalArgumentException if the key is null
   */
  public final CompletableFuture<@Nullable Void> cancelAndJoin(OffloadKey<?> key) {
    List<JobCell<?>> jobs = core.views().jobs(List.of(Require.notNull("key", key)));
    boolean unused = core.cancel(key);
    return new EndFuture<@Nullable Void>(jobs, () -> null, threads.side());
  }

  /**
   * Cancels every job of the kind in this scope and in the scopes under it, whoever holds it. Does
   * not wait. Iterates over all their jobs.
   *
   * @param kind the kind
   * @return how many jobs this call cancelled
   * @throws IllegalArgumentException if the kind is null
   */
  public final int cancel(OffloadKind<?, ? extends @Nullable Object> kind) {
    return core.cancelAll(Require.notNull("kind", kind));
  }

  /**
   * Cancels every job under the key in this scope, whoever holds it. Their futures complete with
   * {@link dev.offload.OffloadCancelledException} at once; the bodies are asked to end. Does not
   * wait.
   *
   * @param key the key
   * @return true if this call changed anything
   */
  public final boolean cancel(OffloadKey<?> key) {
    return core.cancel(Require.notNull("key", key));
  }

  /**
   * Cancels every job of this scope and of the scopes under it. The scopes stay open. Does not
   * wait.
   *
   * @return how many jobs this call cancelled
   */
  public final int cancelAll() {
    return core.cancelAll();
  }

  // Scopes under this one, and the end of this one.

  /**
   * Runs {@code block} in a new scope under this one, and returns when everything that belongs to
   * it has ended: one scope per request, for example.
   *
   * <pre>{@code
   * Page page = manager.scope("GET /users/{id}", request -> {
   *   OffloadFuture<User> user = request.share(LOAD_USER.key(id), () -> api.user(id));
   *   OffloadFuture<History> history = request.submit(LOAD_HISTORY.key(id), () -> db.history(id));
   *   return user.thenCombine(history, Page::new).join();
   * });
   * }</pre>
   *
   * <p>If the block returns, the scope waits for its jobs, as {@link #close()} does. If the block
   * throws, they are cancelled, and still waited for: a failed request leaves nothing running. In a
   * try-with-resources statement they would continue, and be waited for.
   *
   * <p>If the calling thread is interrupted while it waits for the end, the jobs are cancelled, and
   * the interrupt flag stays set.
   *
   * @param name the name of the scope, in snapshots and messages; shown as it is, so put no id in
   *     it
   * @param block the work of the scope
   * @param <R> the type of the result
   * @param <X> the type of checked exception the block may throw
   * @return what the block returns
   * @throws X what the block throws, as it is
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.ScopeClosedException if this scope accepts no new work
   * @throws OffloadCycleException if it is called in a body, and the scope would have to wait for
   *     that body
   */
  public final <R extends @Nullable Object, X extends Exception> R scope(
      String name, ScopeBlock<? extends R, ? extends X> block) throws X {
    return scope(name, ScopeOptions.unset(), block);
  }

  /**
   * As {@link #scope(String, ScopeBlock)}, with options.
   *
   * <p>If the scope times out, it is cancelled with its jobs. The thread of the block is not
   * interrupted: the block learns of it from the futures it waits for and from its submissions.
   *
   * @param name the name of the scope
   * @param options whether it fails fast, and its limits
   * @param block the work of the scope
   * @param <R> the type of the result
   * @param <X> the type of checked exception the block may throw
   * @return what the block returns
   * @throws X what the block throws, as it is, unless a job failed a scope that fails fast, or the
   *     block threw because of the timeout
   * @throws dev.offload.OffloadTimeoutException if the scope was cancelled by its time limit
   * @throws CompletionException if the scope fails fast and a job failed: with the first such
   *     failure as its cause, whatever the block threw as a result
   */
  public final <R extends @Nullable Object, X extends Exception> R scope(
      String name, ScopeOptions options, ScopeBlock<? extends R, ? extends X> block) throws X {
    Require.notNull("block", block);
    AsyncOffloadScope opened = openScope(name, options);
    R answer;
    try {
      answer = block.run(opened);
    } catch (Throwable thrown) {
      opened.cancel();
      opened.closeAfterFailure();
      if (opened.core.timeout() != null && isOfClosing(thrown)) {
        opened.throwIfTimedOut(thrown);
      }
      throw thrown;
    }
    opened.close();
    opened.throwIfTimedOut(null);
    return answer;
  }

  private void throwIfTimedOut(@Nullable Throwable thrown) {
    OffloadTimeoutException timeout = core.timeout();
    if (timeout != null) {
      if (thrown != null) {
        timeout.addSuppressed(thrown);
      }
      throw timeout;
    }
  }

  /** Whether it is an exception a block gets because its scope was cancelled. */
  private static boolean isOfClosing(Throwable thrown) {
    Throwable own = thrown;
    if (thrown instanceof CompletionException || thrown instanceof ExecutionException) {
      own = causeOf(thrown);
    }
    return own instanceof ScopeClosedException
        || own instanceof CancellationException
        || (own instanceof OffloadCancelledException cancelled
            && cancelled.reason() == CancelReason.SCOPE_CLOSED);
  }

  private static @Nullable Throwable causeOf(Throwable wrapping) {
    try {
      return wrapping.getCause();
    } catch (Throwable e) { // of a user-defined class
      return null;
    }
  }

  /** As {@link #close()}, if there already is an exception to throw. */
  private void closeAfterFailure() {
    try {
      close();
    } catch (OffloadCycleException e) {
      // The scope is cancelled, and ends when the body that called this has ended.
    }
  }

  /**
   * Opens a scope under this one, which the caller must close; this one waits for it.
   *
   * @param name the name of the scope, in snapshots and messages; shown as it is, so put no id in
   *     it
   * @return the open scope
   * @throws IllegalArgumentException if the name is null
   * @throws dev.offload.ScopeClosedException if this scope accepts no new work
   */
  public final AsyncOffloadScope openScope(String name) {
    return openScope(name, ScopeOptions.unset());
  }

  /**
   * As {@link #openScope(String)}, with options.
   *
   * @param name the name of the scope
   * @param options whether it fails fast, and its limits
   * @return the open scope
   */
  public final AsyncOffloadScope openScope(String name, ScopeOptions options) {
    Require.notNull("name", name);
    Require.notNull("options", options);
    ScopeCore opened = core.open(name, options.failFast(), options.concurrency());
    Duration timeout = options.timeout();
    if (timeout != null) {
      opened.limitTime(timeout, null);
    }
    return new AsyncOffloadScope(opened, threads, opened::complete);
  }

  /**
   * Starts the end of this scope: accepted work continues, and the scope closes at the moment its
   * last job ends. Until then it accepts further work. Does not wait; {@link #close()} does both.
   * Idempotent.
   */
  public final void complete() {
    complete.run();
  }

  /**
   * Closes this scope and those under it: they accept no new work, and their jobs are cancelled
   * ({@link dev.offload.CancelReason#SCOPE_CLOSED}). Does not wait; {@link #close()} does.
   * Idempotent.
   */
  public final void cancel() {
    core.close();
  }

  /**
   * Ends this scope, and waits until the bodies of all its jobs have ended and all scopes under it
   * are closed, as {@code ExecutorService.close()} does, even if a try block threw. If the jobs are
   * no longer needed, call {@link #cancel()} first. While it waits, the scope accepts further work
   * as long as one of its jobs is active. In the end the leases taken with {@code share} are
   * dropped, which cancels futures that are not complete, and failures of its jobs that nobody
   * asked for are reported.
   *
   * <p>If the calling thread is interrupted, cancels the jobs, keeps waiting, and returns with the
   * interrupt flag set. Throws no job's failure, except for a scope that fails fast. Idempotent;
   * all callers wait.
   *
   * @throws CompletionException if this scope fails fast and a job failed: with the first such
   *     failure as its cause. Thrown once
   * @throws OffloadCycleException if a body calls it, and the scope has to wait for that body; the
   *     scope then ends on its own, when that body and the other jobs have ended
   */
  @Override
  public void close() {
    beginEnd();
    awaitEnd();
    Throwable first = core.firstFailure();
    if (first != null && failureThrown.compareAndSet(false, true)) {
      // A new exception, so that adding it as suppressed to what a future threw is never
      // self-suppression. With its own message, since otherwise it would ask the failure for one.
      throw new CompletionException("a job of scope '" + name() + "' failed", first);
    }
  }

  /** Accepts no more work than the end allows. */
  void beginEnd() {
    complete.run();
  }

  private void awaitEnd() {
    if (core.termination().hasFired()) {
      return;
    }
    BodyWait wait = BodyWait.begin(core);
    boolean interrupted = false;
    try {
      Termination end = new Termination(core);
      if (wait != null) {
        wait.onRefused(end::refuse);
      }
      while (true) {
        try {
          end.await();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
          core.close();
        }
      }
    } finally {
      if (wait != null) {
        wait.close();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
