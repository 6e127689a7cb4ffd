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
import dev.offload.coroutines.internal.JobBody;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.ScopeCore;
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
 * Owns jobs, and runs each key once at a time: one for each request, in a try-with-resources
 * statement.
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
 * <caption>Who owns the job of a verb</caption>
 * <tr><th>verb<th>owner, and domain in which a key is unique<th>ends early
 * <tr><td>{@code submit}, {@code trySubmit}, {@code submitWhenRoom}<td>this scope
 *     <td>if it is cancelled by key or by the last of its holders, or with the scope
 * <tr><td>{@code share}, {@code tryShare}, {@code shareWhenRoom}, {@code call}<td>the manager
 *     <td>also when its last holder leaves
 * <tr><td>{@code spawn}<td>the manager<td>only if it is cancelled by key, or with the manager
 * </table>
 *
 * <p>Besides, a time limit ends any job, and a submission with {@link ConflictPolicy#REPLACE} those
 * it meets.
 *
 * <p>Each verb takes a body that blocks (a {@link Callable}; one without a value is made by {@link
 * OffloadTask#of}). Its twin whose name has {@code Stage} in it takes one that starts something
 * asynchronous and answers its {@link CompletionStage}: the job then ends with that stage, and no
 * thread waits for it. Both take {@link SubmitOptions} between key and body.
 *
 * <p>A blocking body is stopped by an interrupt, a stage by its {@code cancel}, unless it is
 * {@linkplain SubmitOptions#withBorrowedStage() borrowed}. A body under a key starts only after the
 * one before it under that key has ended, unless {@link ConflictPolicy#ALLOW} is asked for; one
 * that ignores its interrupt is reported and never overtaken, and its callers have their answer at
 * once. What a body waits for here ends with its cancel, too, see {@link OffloadFuture}.
 *
 * <p>Safe to use from any thread. Only {@link #close()}, a scope around a block, {@code call} and
 * the verbs that end in {@code WhenRoom} block. A null argument gives an {@link
 * IllegalArgumentException}.
 *
 * @since 0.1
 */
public sealed class AsyncOffloadScope implements AutoCloseable permits AsyncOffloadManager {
  final ScopeCore core;
  final ManagerThreads threads;
  private final ScopeWork work;

  /** Whether {@link #close()} has thrown the first failure of a scope that fails fast. */
  private final AtomicBoolean failureThrown = new AtomicBoolean();

  /** Starts the end; that of a scope which Kotlin made is more than that of its core. */
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
   * Runs {@code body} under {@code key} as a job of this scope, or does what the settings of its
   * kind say if the key is in flight here; by default joins the job in flight for a keyed key and
   * refuses for others. If all holders of a job cancel their futures, it is cancelled.
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
   * @throws dev.offload.ScopeClosedException if this scope takes no new work
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submit(
      OffloadKey<T> key, Callable<? extends T> body) {
    return submit(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, with options.
   *
   * @param key what the work is
   * @param options what this submission asks for in place of its kind's settings
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.KeyInFlightException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #submit(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submit(
      OffloadKey<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.submit(key, options, blocking(body));
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, for work that answers a stage. The supplier runs on a
   * thread of this manager.
   *
   * <p>The job ends with the stage: with its value, or with its exception, taken out of a {@link
   * CompletionException}. A stage that is cancelled though nobody cancelled the job makes it fail,
   * as does a supplier that throws or answers null. A cancel of the job cancels the stage; if it
   * will not be cancelled, the key stays taken until it is complete.
   *
   * @param key what the work is
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.KeyInFlightException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #submit(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitStage(
      OffloadKey<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return submitStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #submitStage(OffloadKey, Supplier)}, with options.
   *
   * @param key what the work is
   * @param options what this submission asks for in place of its kind's settings
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.KeyInFlightException as {@link #submit(OffloadKey, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #submit(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitStage(
      OffloadKey<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.submit(key, options, stage(body, options));
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, but tells what happened, and answers a refusal
   * instead of throwing it.
   *
   * @param key what the work is
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #submit(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmit(
      OffloadKey<T> key, Callable<? extends T> body) {
    return trySubmit(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #trySubmit(OffloadKey, Callable)}, with options.
   *
   * @param key what the work is
   * @param options what this submission asks for in place of its kind's settings
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #trySubmit(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmit(
      OffloadKey<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.trySubmit(key, options, blocking(body));
  }

  /**
   * As {@link #trySubmit(OffloadKey, Callable)}, for work that answers a stage.
   *
   * @param key what the work is
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #trySubmit(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmitStage(
      OffloadKey<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return trySubmitStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #trySubmitStage(OffloadKey, Supplier)}, with options.
   *
   * @param key what the work is
   * @param options what this submission asks for in place of its kind's settings
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #trySubmit(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> trySubmitStage(
      OffloadKey<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.trySubmit(key, options, stage(body, options));
  }

  /**
   * As {@link #submit(OffloadKey, Callable)}, but where a queue is full the calling thread waits
   * until there is room, first come first served among those who wait. A try that finds no room is
   * not counted as a submission.
   *
   * <p>In a body that itself holds a permit of one of the limits in question it does not wait: room
   * might need that body's end.
   *
   * @param key what the work is
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException if the calling thread is interrupted while it waits, or runs a
   *     body that was cancelled; nothing was submitted then
   * @throws IllegalArgumentException as {@code submit}
   * @throws dev.offload.OffloadRejectedException in a body that must not wait, as said above
   * @throws dev.offload.KeyInFlightException as {@code submit}
   * @throws dev.offload.ScopeClosedException as {@code submit}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitWhenRoom(
      OffloadKey<T> key, Callable<? extends T> body) throws InterruptedException {
    return submitWhenRoom(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #submitWhenRoom(OffloadKey, Callable)}, with options.
   *
   * @param key what the work is
   * @param options what this submission asks for in place of its kind's settings
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws IllegalArgumentException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.KeyInFlightException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> submitWhenRoom(
      OffloadKey<T> key, SubmitOptions options, Callable<? extends T> body)
      throws InterruptedException {
    return work.submitWhenRoom(key, options, blocking(body));
  }

  /**
   * As {@link #submitWhenRoom(OffloadKey, Callable)}, for work that answers a stage.
   *
   * @param key what the work is
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws IllegalArgumentException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.KeyInFlightException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #submitWhenRoom(OffloadKey, Callable)}
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
   * @param options what this submission asks for in place of its kind's settings
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws IllegalArgumentException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.KeyInFlightException as {@link #submitWhenRoom(OffloadKey, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #submitWhenRoom(OffloadKey, Callable)}
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
   * Takes a lease on the one flight of {@code key} in the manager, and starts it with {@code body}
   * if there is none. The job is cancelled when its last holder leaves, unless its kind's abandon
   * policy is {@link dev.offload.AbandonPolicy#finish()}. A failure is told to all holders of that
   * flight and not remembered: the next call runs anew.
   *
   * <p>With {@link ConflictPolicy#NEXT} in the options a flight that has begun is not joined, but
   * followed: the value is of a body that began after this call.
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
   * @throws dev.offload.ScopeClosedException if this scope or the manager takes no new work
   */
  public final <T extends @Nullable Object> OffloadFuture<T> share(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) {
    return share(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #share(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> share(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.share(key, options, blockingLater(body));
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, for work that answers a stage, as {@link
   * #submitStage(OffloadKey, Supplier)}.
   *
   * @param key what the work is about
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #share(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareStage(
      OffloadKey.Keyed<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return shareStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #shareStage(OffloadKey.Keyed, Supplier)}, with options.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws IllegalArgumentException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #share(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.share(key, options, stageLater(body, options));
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, but tells what happened, and answers a refusal
   * instead of throwing it: where a queue is full, or this scope or the manager takes no new work.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #share(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShare(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) {
    return tryShare(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #tryShare(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #tryShare(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShare(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body) {
    return work.tryShare(key, options, blockingLater(body));
  }

  /**
   * As {@link #tryShare(OffloadKey.Keyed, Callable)}, for work that answers a stage.
   *
   * @param key what the work is about
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #tryShare(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShareStage(
      OffloadKey.Keyed<T> key, Supplier<? extends CompletionStage<? extends T>> body) {
    return tryShareStage(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #tryShareStage(OffloadKey.Keyed, Supplier)}, with options.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return how the submission was taken, with the lease unless it was refused
   * @throws IllegalArgumentException as {@link #tryShare(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> Submission<OffloadFuture<T>> tryShareStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body) {
    return work.tryShare(key, options, stageLater(body, options));
  }

  /**
   * As {@link #share(OffloadKey.Keyed, Callable)}, but where a flight is to be started and a queue
   * of the manager is full the calling thread waits until there is room, first come first served
   * among those who wait. A try that finds no room is not counted as a submission.
   *
   * <p>In a body that itself holds a permit of one of the limits in question it does not wait: room
   * might need that body's end.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException if the calling thread is interrupted while it waits, or runs a
   *     body that was cancelled; nothing was submitted then
   * @throws IllegalArgumentException as {@code share}
   * @throws dev.offload.OffloadRejectedException in a body that must not wait, as said above
   * @throws dev.offload.ScopeClosedException as {@code share}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareWhenRoom(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) throws InterruptedException {
    return shareWhenRoom(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #shareWhenRoom(OffloadKey.Keyed,
   *     Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> OffloadFuture<T> shareWhenRoom(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body)
      throws InterruptedException {
    return work.shareWhenRoom(key, options, blockingLater(body));
  }

  /**
   * As {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}, for work that answers a stage.
   *
   * @param key what the work is about
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #shareWhenRoom(OffloadKey.Keyed,
   *     Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
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
   * @param options what this submission asks for in place of its kind's settings
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return this caller's lease
   * @throws InterruptedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #shareWhenRoom(OffloadKey.Keyed,
   *     Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #shareWhenRoom(OffloadKey.Keyed, Callable)}
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
   * as long as the call: single flight. In a body it is known as a wait of that body, as a {@code
   * join} is.
   *
   * @param key what the work is about
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the flight
   * @throws InterruptedException if the calling thread is interrupted, or runs a body that was
   *     cancelled; the lease is dropped, and others who wait for the same flight are not touched
   * @throws CompletionException if there is no value: with the failure of the flight as its cause,
   *     as {@code join} throws it
   * @throws OffloadCycleException if a body calls it and would wait for itself
   * @throws IllegalArgumentException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #share(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #share(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, Callable<? extends T> body) throws InterruptedException {
    return call(key, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #call(OffloadKey.Keyed, Callable)}, with options.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the flight
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws CompletionException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws OffloadCycleException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #call(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, SubmitOptions options, Callable<? extends T> body)
      throws InterruptedException {
    return work.call(key, options, blockingLater(body));
  }

  /**
   * As {@link #call(OffloadKey.Keyed, SubmitOptions, Callable)}, for a limited time.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param atMost how long this caller waits; the flight has its own limits
   * @param body the work; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the flight
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws TimeoutException if there is no value in time; the lease is dropped, and others who
   *     wait for the same flight are not touched
   * @throws CompletionException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws OffloadCycleException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #call(OffloadKey.Keyed, Callable)}, or if the time
   *     is null or negative
   * @throws dev.offload.OffloadRejectedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #call(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T call(
      OffloadKey.Keyed<T> key, SubmitOptions options, Duration atMost, Callable<? extends T> body)
      throws InterruptedException, TimeoutException {
    return work.call(key, options, Arguments.notNegative("atMost", atMost), blockingLater(body));
  }

  /**
   * As {@link #call(OffloadKey.Keyed, Callable)}, for work that answers a stage.
   *
   * @param key what the work is about
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the flight
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws CompletionException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws OffloadCycleException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #call(OffloadKey.Keyed, Callable)}
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
   * @param options what this submission asks for in place of its kind's settings
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the flight
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws CompletionException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws OffloadCycleException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.OffloadRejectedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #call(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T callStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    return work.call(key, options, stageLater(body, options));
  }

  /**
   * As {@link #callStage(OffloadKey.Keyed, SubmitOptions, Supplier)}, for a limited time.
   *
   * @param key what the work is about
   * @param options what this submission asks for in place of its kind's settings
   * @param atMost how long this caller waits; the flight has its own limits
   * @param body starts the work and answers its stage; not used if a job in flight is joined
   * @param <T> the type of the result
   * @return the value of the flight
   * @throws InterruptedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws TimeoutException if there is no value in time; the lease is dropped, and others who
   *     wait for the same flight are not touched
   * @throws CompletionException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws OffloadCycleException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws IllegalArgumentException as {@link #call(OffloadKey.Keyed, Callable)}, or if the time
   *     is null or negative
   * @throws dev.offload.OffloadRejectedException as {@link #call(OffloadKey.Keyed, Callable)}
   * @throws dev.offload.ScopeClosedException as {@link #call(OffloadKey.Keyed, Callable)}
   */
  public final <T extends @Nullable Object> T callStage(
      OffloadKey.Keyed<T> key,
      SubmitOptions options,
      Duration atMost,
      Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException, TimeoutException {
    return work.call(
        key, options, Arguments.notNegative("atMost", atMost), stageLater(body, options));
  }

  /**
   * Runs {@code body} as a job of the manager that nobody holds: fire and forget. A failure is
   * reported to the listener, and as a warning in the log.
   *
   * @param label names the kind of work, in the manner of a kind
   * @param body the work
   * @return the key of the job, to look it up or cancel it
   * @throws IllegalArgumentException if an argument is null or the label could not name a kind
   * @throws dev.offload.OffloadRejectedException if a concurrency limit is reached and its queue is
   *     full
   * @throws dev.offload.ScopeClosedException if this scope or the manager takes no new work
   */
  public final OffloadKey.Auto<?> spawn(String label, OffloadTask body) {
    Arguments.notNull("label", label);
    return core.spawn(label, threads.<@Nullable Object>blocking(Arguments.notNull("body", body)));
  }

  /**
   * As {@link #spawn}, for work that answers a stage.
   *
   * @param label names the kind of work, in the manner of a kind
   * @param body starts the work
   * @return the key of the job
   * @throws IllegalArgumentException as {@link #spawn}
   * @throws dev.offload.OffloadRejectedException as {@link #spawn}
   * @throws dev.offload.ScopeClosedException as {@link #spawn}
   */
  public final OffloadKey.Auto<?> spawnStage(
      String label, Supplier<? extends CompletionStage<?>> body) {
    Arguments.notNull("label", label);
    return core.spawn(
        label, threads.<@Nullable Object>stage(Arguments.notNull("body", body), false));
  }

  // Bodies, checked; those of work that may be there already are made when it is not.

  private <T extends @Nullable Object> JobBody<T> blocking(Callable<? extends T> body) {
    return threads.blocking(Arguments.notNull("body", body));
  }

  private <T extends @Nullable Object> JobBody<T> stage(
      Supplier<? extends CompletionStage<? extends T>> body, SubmitOptions options) {
    Arguments.notNull("options", options);
    return threads.stage(Arguments.notNull("body", body), options.borrowedStage());
  }

  private <T extends @Nullable Object> Supplier<JobBody<T>> blockingLater(
      Callable<? extends T> body) {
    Callable<? extends T> checked = Arguments.notNull("body", body);
    return () -> threads.blocking(checked);
  }

  private <T extends @Nullable Object> Supplier<JobBody<T>> stageLater(
      Supplier<? extends CompletionStage<? extends T>> body, SubmitOptions options) {
    Arguments.notNull("options", options);
    Supplier<? extends CompletionStage<? extends T>> checked = Arguments.notNull("body", body);
    return () -> threads.stage(checked, options.borrowedStage());
  }

  // Looking.

  /**
   * Looks a job up in this scope, then in the manager. Takes no lease.
   *
   * @param key the key
   * @return the newest active job under the key, one that is not being cancelled if there is any
   */
  public final Optional<JobSnapshot> find(OffloadKey<?> key) {
    return Optional.ofNullable(core.find(Arguments.notNull("key", key)));
  }

  /**
   * Tells whether a job under the key is active in this scope or in the manager. Takes no lease.
   *
   * @param key the key
   * @return true if one is
   */
  public final boolean isInFlight(OffloadKey<?> key) {
    return core.isInFlight(Arguments.notNull("key", key));
  }

  /**
   * Returns the number of jobs of this scope, and of all scopes under it, that are queued, running
   * or being cancelled.
   *
   * @return the number
   */
  public final int activeCount() {
    return (int) core.activeCount();
  }

  /**
   * Takes a picture of the jobs of this scope, the scopes under it, and its counts.
   *
   * @return the snapshot
   */
  public final ScopeSnapshot snapshot() {
    return core.snapshot();
  }

  /**
   * Answers when the bodies of all jobs that this scope and the scopes under it have accepted so
   * far have ended, however they ended. Jobs accepted later are not waited for. Whatever is done to
   * the future touches no job.
   *
   * @return a future that completes with null; a body that blocks on it, and would wait for itself,
   *     gets an {@link OffloadCycleException}
   */
  public final CompletableFuture<@Nullable Void> joinAll() {
    return new EndFuture<@Nullable Void>(core.jobs(), () -> null, threads.side());
  }

  /**
   * As {@link #joinAll()}, for the jobs that this scope itself had accepted under one of the keys.
   *
   * @param keys the keys
   * @return a future that completes when the bodies of those jobs have ended, however they did
   * @throws IllegalArgumentException if the keys or one of them is null
   */
  public final CompletableFuture<@Nullable Void> joinAll(Collection<? extends OffloadKey<?>> keys) {
    Arguments.notNull("keys", keys).forEach(key -> Arguments.notNull("a key", key));
    return new EndFuture<@Nullable Void>(core.jobs(keys), () -> null, threads.side());
  }

  // Cancelling.

  /**
   * Cancels every job under the key in this scope, as {@link #cancel(OffloadKey)}, and tells when
   * their bodies have ended: then whatever these hold is free.
   *
   * @param key the key
   * @return a future that completes when the bodies have ended
   * @throws IllegalArgumentException if the key is null
   */
  public final CompletableFuture<@Nullable Void> cancelAndJoin(OffloadKey<?> key) {
    List<JobCell<?>> jobs = core.jobs(List.of(Arguments.notNull("key", key)));
    boolean unused = core.cancel(key);
    return new EndFuture<@Nullable Void>(jobs, () -> null, threads.side());
  }

  /**
   * Cancels every job of the kind in this scope and in the scopes under it, whoever holds it. Does
   * not wait. Looks at all their jobs.
   *
   * @param kind the kind
   * @return how many jobs this call cancelled
   * @throws IllegalArgumentException if the kind is null
   */
  public final int cancel(OffloadKind<?, ? extends @Nullable Object> kind) {
    return core.cancelAll(Arguments.notNull("kind", kind));
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
    return core.cancel(Arguments.notNull("key", key));
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

  // Scopes under this one, and the end.

  /**
   * Runs {@code block} in a scope of its own under this one, and returns when all that belongs to
   * it has ended: one scope for each request, say.
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
   * throws, they are cancelled, and still waited for: a request that failed leaves nothing running.
   * In a try-with-resources statement they would go on, and be waited for.
   *
   * <p>If the calling thread is interrupted while this waits for the end, the jobs are cancelled,
   * and the interrupt flag stays set.
   *
   * @param name of the scope, in snapshots and messages; shown as it is, so put no id in it
   * @param block what to do in it
   * @param <R> the type of the answer
   * @param <X> what the block may throw
   * @return what the block returns
   * @throws X what the block throws, as it is
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.ScopeClosedException if this scope takes no new work
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
   * <p>If its time is over, the scope and its jobs are cancelled. The thread of the block is not
   * interrupted: it learns of it by the futures that it waits for, and by what it submits.
   *
   * @param name of the scope
   * @param options whether it fails fast, and its limits
   * @param block what to do in it
   * @param <R> the type of the answer
   * @param <X> what the block may throw
   * @return what the block returns
   * @throws X what the block throws, as it is, unless a job failed a scope that fails fast, or the
   *     block threw because the time was over
   * @throws dev.offload.OffloadTimeoutException if the scope was cancelled by its time limit
   * @throws CompletionException if the scope fails fast and a job failed: with the first such
   *     failure as its cause, whatever the block threw when it met that
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.ScopeClosedException if this scope takes no new work
   * @throws OffloadCycleException as {@link #scope(String, ScopeBlock)}
   */
  public final <R extends @Nullable Object, X extends Exception> R scope(
      String name, ScopeOptions options, ScopeBlock<? extends R, ? extends X> block) throws X {
    Arguments.notNull("block", block);
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

  /** Whether it is what a block meets when its scope is cancelled under it. */
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
    } catch (Throwable e) { // of a class of the user's own
      return null;
    }
  }

  /** As {@link #close()}, where there is an exception to be thrown already. */
  private void closeAfterFailure() {
    try {
      close();
    } catch (OffloadCycleException e) {
      // The scope is cancelled, and ends when the body that this is called in has.
    }
  }

  /**
   * Opens a scope under this one, to be closed by who opens it; this one waits for it.
   *
   * @param name of the scope, in snapshots and messages; shown as it is, so put no id in it
   * @return the open scope
   * @throws IllegalArgumentException if the name is null
   * @throws dev.offload.ScopeClosedException if this scope takes no new work
   */
  public final AsyncOffloadScope openScope(String name) {
    return openScope(name, ScopeOptions.unset());
  }

  /**
   * As {@link #openScope(String)}, with options.
   *
   * @param name of the scope
   * @param options whether it fails fast, and its limits
   * @return the open scope
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.ScopeClosedException if this scope takes no new work
   */
  public final AsyncOffloadScope openScope(String name, ScopeOptions options) {
    Arguments.notNull("name", name);
    Arguments.notNull("options", options);
    ScopeCore opened = core.open(name, options.failFast(), options.concurrency());
    Duration timeout = options.timeout();
    if (timeout != null) {
      opened.limitTime(timeout, null);
    }
    return new AsyncOffloadScope(opened, threads, opened::complete);
  }

  /**
   * Starts the end of this scope: what was accepted goes on, and the scope closes in the moment in
   * which its last job ends. Until then it takes further work. Does not wait; {@link #close()} does
   * both. Idempotent.
   */
  public final void complete() {
    complete.run();
  }

  /**
   * Closes this scope and those under it: they take no new work, and their jobs are cancelled
   * ({@link dev.offload.CancelReason#SCOPE_CLOSED}). Does not wait; {@link #close()} does.
   * Idempotent.
   */
  public final void cancel() {
    core.close();
  }

  /**
   * Ends this scope, and waits until the bodies of all its jobs have ended and all scopes under it
   * are closed, as {@code ExecutorService.close()} does: also if a try block threw. Call {@link
   * #cancel()} before, if the jobs are of no use any more. While it waits, the scope takes further
   * work as long as one of its jobs is active. In the end the leases taken with {@code share} are
   * dropped, which cancels futures that are not complete, and failures of its jobs that nobody
   * asked for are reported.
   *
   * <p>If the calling thread is interrupted, cancels the jobs, goes on waiting, and returns with
   * the interrupt flag set. Throws no job's failure, but for a scope that fails fast. Idempotent;
   * all callers wait.
   *
   * @throws CompletionException if this scope fails fast and a job failed: with the first such
   *     failure as its cause. Thrown once
   * @throws OffloadCycleException if a body calls it, and the scope has to wait for that body; the
   *     scope then ends by itself, when that body and the other jobs have
   */
  @Override
  public void close() {
    beginEnd();
    awaitEnd();
    Throwable first = core.firstFailure();
    if (first != null && failureThrown.compareAndSet(false, true)) {
      // A new one: who adds it to the suppressed ones of what a future threw never meets itself.
      // With a text of its own, since else it would ask the failure for one.
      throw new CompletionException("a job of scope '" + name() + "' failed", first);
    }
  }

  /** Takes no more work than the end allows. */
  void beginEnd() {
    complete.run();
  }

  private void awaitEnd() {
    if (core.termination().isClosed()) {
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
