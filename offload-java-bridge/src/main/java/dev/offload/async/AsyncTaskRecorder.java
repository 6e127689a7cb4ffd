package dev.offload.async;

import dev.offload.KeepValues;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.RevokeOutcome;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.coroutines.internal.job.CurrentJob;
import dev.offload.coroutines.internal.job.JobBody;
import dev.offload.coroutines.internal.job.JobCell;
import dev.offload.coroutines.internal.recorder.RecorderCore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records how tasks ended: a task succeeds at most once, and a success is revoked at most once.
 *
 * <pre>{@code
 * AsyncTaskRecorder<OrderId, Receipt> invoices = AsyncTaskRecorder.create(manager, SEND_INVOICE);
 * invoices.launch(order.id(), () -> mail.send(order)); // does nothing if it was sent
 * invoices.state(order.id());                          // WORKING, then SUCCEEDED or FAILED
 * }</pre>
 *
 * <table border="1">
 * <caption>The states of a task</caption>
 * <tr><th>from<th>to<th>by
 * <tr><td>NOT_FOUND<td>WORKING<td>{@code launch}
 * <tr><td>WORKING<td>SUCCEEDED<td>its body ended with a value
 * <tr><td>WORKING<td>FAILED<td>anything else: an exception, a cancellation, a time limit, the
 *     end of the scope
 * <tr><td>FAILED<td>WORKING<td>{@code launch}, once more
 * <tr><td>FAILED<td>NOT_FOUND<td>{@link #forget}
 * <tr><td>SUCCEEDED<td>NOT_FOUND<td>a {@code revoke} whose block succeeded, or {@link
 *     #dropSucceeded}
 * </table>
 *
 * <p>Nothing else changes a state. Launches, revokes, {@link #state} and {@link #failure} are
 * linearizable for each id: after observing a launch, or the outcome of a future, a caller never
 * reads an earlier state.
 *
 * <p>Records stay until they are forgotten, revoked or dropped; a success costs one entry of a hash
 * map, and values are kept only on request. The end of the scope ends running tasks; the records
 * can still be read.
 *
 * <p>Safe to use from any thread. Only {@code launchWhenRoom} and {@code launchStageWhenRoom}
 * block. Ids are compared with {@code equals}. A null argument causes an {@link
 * IllegalArgumentException}.
 *
 * <p>A method described as another one "with options" or "with a stage" behaves like that one and
 * throws the same exceptions, except as stated. A stage is treated as in {@link AsyncOffloadScope}.
 *
 * @param <I> the type of the ids
 * @param <T> the type of the bodies' results
 * @since 0.1
 */
public final class AsyncTaskRecorder<I, T extends @Nullable Object> {
  /** How many events a watcher may be behind. */
  public static final int FEED_CAPACITY = 1024;

  final RecorderCore<I, T> core;
  private final ManagerThreads threads;

  AsyncTaskRecorder(RecorderCore<I, T> core, ManagerThreads threads) {
    this.core = core;
    this.threads = threads;
  }

  /**
   * Creates an empty recorder.
   *
   * @param scope owns the jobs
   * @param kind labels them, sets their policies and defines the types of ids and values; recorders
   *     may share a kind, but never see each other's tasks
   * @param <I> the type of the ids
   * @param <T> the type of the bodies' results
   * @return the recorder
   * @throws IllegalArgumentException if an argument is null, or the manager knows another kind of
   *     the same name
   */
  public static <I, T extends @Nullable Object> AsyncTaskRecorder<I, T> create(
      AsyncOffloadScope scope, OffloadKind<? super I, T> kind) {
    return create(scope, kind, null);
  }

  /**
   * Creates an empty recorder that keeps values.
   *
   * @param scope owns the jobs
   * @param kind labels them, as in {@link #create(AsyncOffloadScope, OffloadKind)}
   * @param keep bounds the values to keep for later launches, see {@link
   *     LaunchOutcome.AlreadySucceeded}; null to keep none, only the fact of a success
   * @param <I> the type of the ids
   * @param <T> the type of the bodies' results
   * @return the recorder
   * @throws IllegalArgumentException if the scope or the kind is null, or the manager knows another
   *     kind of the same name
   */
  public static <I, T extends @Nullable Object> AsyncTaskRecorder<I, T> create(
      AsyncOffloadScope scope, OffloadKind<? super I, T> kind, @Nullable KeepValues keep) {
    Require.notNull("scope", scope);
    return new AsyncTaskRecorder<>(
        new RecorderCore<>(scope.core, Require.notNull("kind", kind), keep), scope.threads);
  }

  /**
   * Runs {@code body} as the task {@code id}, unless the task is working or has succeeded already:
   * then the body does not run at all. A run in progress is joined: {@link
   * LaunchOutcome.AlreadyWorking} has a future of it.
   *
   * <p>The task is a job of the recorder's scope; by the key of its future it can be looked up and
   * cancelled there, but only the recorder runs it. Each future is a separate lease: cancelling it
   * gives up that lease, and when the last one is given up, the run is cancelled, which makes the
   * task FAILED. A run that is being cancelled is not joined: the task is already FAILED, and is
   * launched again; its body starts when the cancelled one has ended. A failure is recorded, so it
   * is not reported as unobserved.
   *
   * @param id the id of the task
   * @param body the work
   * @return {@link LaunchOutcome.Launched} with the future if the body is going to run, otherwise
   *     why not
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job, because it has ended
   *     or a queue is full; the task is then FAILED, with this exception as its cause
   */
  public LaunchOutcome<OffloadFuture<T>> launch(I id, Callable<? extends T> body) {
    return launch(id, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #launch(Object, Callable)}, with options.
   *
   * @param id the id of the task
   * @param options the time limits; must not set a conflict policy
   * @param body the work
   * @return the outcome of the launch
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   */
  public LaunchOutcome<OffloadFuture<T>> launch(
      I id, SubmitOptions options, Callable<? extends T> body) {
    Require.notNull("id", id);
    requireNoConflict(options);
    return launchBody(id, options, threads.blocking(Require.notNull("body", body)));
  }

  /**
   * As {@link #launch(Object, Callable)}, with a stage.
   *
   * @param id the id of the task
   * @param body starts the work and returns its stage
   * @return the outcome of the launch
   */
  public LaunchOutcome<OffloadFuture<T>> launchStage(
      I id, Supplier<? extends CompletionStage<? extends T>> body) {
    return launchStage(id, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #launch(Object, SubmitOptions, Callable)}, with a stage.
   *
   * @param id the id of the task
   * @param options the time limits, and whether the stage is borrowed
   * @param body starts the work and returns its stage
   * @return the outcome of the launch
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   */
  public LaunchOutcome<OffloadFuture<T>> launchStage(
      I id, SubmitOptions options, Supplier<? extends CompletionStage<? extends T>> body) {
    Require.notNull("id", id);
    requireNoConflict(options);
    return launchBody(
        id, options, threads.stage(Require.notNull("body", body), options.borrowedStage()));
  }

  private LaunchOutcome<OffloadFuture<T>> launchBody(I id, SubmitOptions options, JobBody<T> body) {
    return core.launch(id, options.timeout(), body, threads::future);
  }

  /**
   * As {@link #launch(Object, Callable)}, but if a queue is full, the calling thread waits until
   * there is room; waiting callers are served in order. An attempt that finds no room is not
   * counted as a submission, and leaves the task as it is: NOT_FOUND, or FAILED with its cause. If
   * another caller launches the task in the meantime, this call returns that outcome when its turn
   * comes.
   *
   * <p>In a body that itself holds a permit of one of the limits concerned, it does not wait, and
   * behaves like {@code launch}: room might only become available when that body ends.
   *
   * @param id the id of the task
   * @param body the work
   * @return the outcome of the launch
   * @throws InterruptedException as {@link #launchWhenRoom(Object, Callable)} *; nothing has then
   *     been launched
   * @throws dev.offload.OffloadRejectedException as {@code launch}, but for a full queue only in a
   *     body that must not wait
   */
  public LaunchOutcome<OffloadFuture<T>> launchWhenRoom(I id, Callable<? extends T> body)
      throws InterruptedException {
    return launchWhenRoom(id, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #launchWhenRoom(Object, Callable)}, with options.
   *
   * @param id the id of the task
   * @param options the time limits; must not set a conflict policy
   * @param body the work
   * @return the outcome of the launch
   * @throws InterruptedException as {@link #launchWhenRoom(Object, Callable)} *
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   */
  public LaunchOutcome<OffloadFuture<T>> launchWhenRoom(
      I id, SubmitOptions options, Callable<? extends T> body) throws InterruptedException {
    Require.notNull("id", id);
    requireNoConflict(options);
    return launchBodyWhenRoom(id, options, threads.blocking(Require.notNull("body", body)));
  }

  /**
   * As {@link #launchWhenRoom(Object, Callable)}, with a stage.
   *
   * @param id the id of the task
   * @param body starts the work and returns its stage
   * @return the outcome of the launch
   * @throws InterruptedException as {@link #launchWhenRoom(Object, Callable)} *
   */
  public LaunchOutcome<OffloadFuture<T>> launchStageWhenRoom(
      I id, Supplier<? extends CompletionStage<? extends T>> body) throws InterruptedException {
    return launchStageWhenRoom(id, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #launchWhenRoom(Object, SubmitOptions, Callable)}, with a stage.
   *
   * @param id the id of the task
   * @param options the time limits, and whether the stage is borrowed
   * @param body starts the work and returns its stage
   * @return the outcome of the launch
   * @throws InterruptedException as {@link #launchWhenRoom(Object, Callable)} *
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   */
  public LaunchOutcome<OffloadFuture<T>> launchStageWhenRoom(
      I id, SubmitOptions options, Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    Require.notNull("id", id);
    requireNoConflict(options);
    return launchBodyWhenRoom(
        id, options, threads.stage(Require.notNull("body", body), options.borrowedStage()));
  }

  private LaunchOutcome<OffloadFuture<T>> launchBodyWhenRoom(
      I id, SubmitOptions options, JobBody<T> body) throws InterruptedException {
    LaunchOutcome<OffloadFuture<T>> first =
        core.launchIfRoom(id, options.timeout(), body, threads::future);
    if (first != null) {
      return first;
    }
    OffloadKey<T> key = core.key(id);
    if (core.scope().submissions().isHeldUpBy(CurrentJob.get(), key)) {
      return launchBody(id, options, body);
    }
    return RoomWait.retry(
        core.scope(), key, () -> core.launchIfRoom(id, options.timeout(), body, threads::future));
  }

  /**
   * Returns a future of the end of the run or revoke of a task in progress, its body included, even
   * if it is being cancelled. Takes no lease.
   *
   * @param id the id of the task
   * @return a future that completes with the resulting state, at once if nothing is in progress.
   *     The task may have been launched again since. Cancelling the future does not affect the task
   */
  public CompletableFuture<TaskState> awaitEnd(I id) {
    RecorderCore.UnderWay underWay = core.underWay(Require.notNull("id", id));
    return new EndFuture<>(underWay.jobs(), underWay.state(), threads.side());
  }

  /**
   * Returns a future of the end of the bodies of all runs and revokes that were launched before the
   * call.
   *
   * @return a future that completes with null when they have ended, however they ended. Cancelling
   *     it does not affect any task
   */
  public CompletableFuture<@Nullable Void> joinAll() {
    return new EndFuture<@Nullable Void>(core.jobs(), () -> null, threads.side());
  }

  /**
   * Cancels all runs, which makes their tasks FAILED, and all revokes, which leaves theirs
   * SUCCEEDED. Does not wait.
   *
   * @return how many runs and revokes this call cancelled
   */
  public int cancelAll() {
    return core.cancelAll();
  }

  /**
   * Returns the state of a task.
   *
   * @param id the id of the task
   * @return the state
   */
  public TaskState state(I id) {
    return core.state(Require.notNull("id", id));
  }

  /**
   * As {@link #state}, but returns WORKING for an unknown task: for callers that know it is being
   * launched, here or elsewhere.
   *
   * @param id the id of the task
   * @return the state
   */
  public TaskState stateAssumingLaunched(I id) {
    TaskState state = state(id);
    return state == TaskState.NOT_FOUND ? TaskState.WORKING : state;
  }

  /**
   * Returns what a task failed with.
   *
   * @param id the id of the task
   * @return the cause; empty if the task is not FAILED
   */
  public Optional<Throwable> failure(I id) {
    return Optional.ofNullable(core.failure(Require.notNull("id", id)));
  }

  /**
   * Runs {@code block} to undo the success of a task: at most once for each success.
   *
   * <p>The block runs as a job of the recorder's scope. Meanwhile the task is SUCCEEDED. When the
   * block succeeds, the task becomes NOT_FOUND; if the block fails or is cancelled, the task stays
   * SUCCEEDED, and can be revoked again.
   *
   * @param id the id of the task
   * @param block undoes the success
   * @param <R> the type of its result
   * @return a future of {@link RevokeOutcome.Revoked}, otherwise why not. Cancelling it, or
   *     completing it in another way, cancels the block
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job; the task stays
   *     SUCCEEDED
   */
  public <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revoke(
      I id, Callable<? extends R> block) {
    return revoke(id, SubmitOptions.unset(), block);
  }

  /**
   * As {@link #revoke(Object, Callable)}, with options.
   *
   * @param id the id of the task
   * @param options the time limits; must not set a conflict policy
   * @param block undoes the success
   * @param <R> the type of its result
   * @return a future of the outcome
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   */
  public <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revoke(
      I id, SubmitOptions options, Callable<? extends R> block) {
    Require.notNull("id", id);
    requireNoConflict(options);
    return revokeBody(id, options, threads.blocking(Require.notNull("block", block)));
  }

  /**
   * As {@link #revoke(Object, Callable)}, with a stage.
   *
   * @param id the id of the task
   * @param block starts to undo the success and returns its stage
   * @param <R> the type of its result
   * @return a future of the outcome
   */
  public <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revokeStage(
      I id, Supplier<? extends CompletionStage<? extends R>> block) {
    return revokeStage(id, SubmitOptions.unset(), block);
  }

  /**
   * As {@link #revoke(Object, SubmitOptions, Callable)}, with a stage.
   *
   * @param id the id of the task
   * @param options the time limits, and whether the stage is borrowed
   * @param block starts to undo the success and returns its stage
   * @param <R> the type of its result
   * @return a future of the outcome
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   */
  public <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revokeStage(
      I id, SubmitOptions options, Supplier<? extends CompletionStage<? extends R>> block) {
    Require.notNull("id", id);
    requireNoConflict(options);
    return revokeBody(
        id, options, threads.stage(Require.notNull("block", block), options.borrowedStage()));
  }

  private <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revokeBody(
      I id, SubmitOptions options, JobBody<R> block) {
    RecorderCore.Revoking<R> revoking = core.revoke(id, options.timeout(), block);
    RevokeOutcome<R> refusal = revoking.refusal();
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    JobCell<R> job = Objects.requireNonNull(revoking.job());
    return new RevokeFuture<>(threads.future(job, /* joined= */ false), threads.side());
  }

  /**
   * Returns the ids of the tasks in a state, in no particular order. Tasks that enter or leave the
   * state concurrently may or may not be included. Takes time proportional to their number for
   * WORKING and FAILED, and to the number of all recorded ids for SUCCEEDED.
   *
   * @param state the state
   * @return their ids
   * @throws IllegalArgumentException if the state is null or NOT_FOUND
   */
  public List<I> tasks(TaskState state) {
    return core.tasks(Require.notNull("state", state));
  }

  /**
   * Returns the number of tasks in a state, in constant time; exact if nothing changes
   * concurrently.
   *
   * @param state the state
   * @return how many
   * @throws IllegalArgumentException if the state is null or NOT_FOUND
   */
  public long count(TaskState state) {
    return core.count(Require.notNull("state", state));
  }

  /**
   * Passes all events from now on to {@code watcher}, in order for each id, one at a time, on a
   * thread of the manager. Exceptions it throws are logged.
   *
   * <p>No task waits for a watcher: one that is more than {@link #FEED_CAPACITY} events behind
   * loses the next ones, and gets their number ({@link TaskEvent.Missed}).
   *
   * @param watcher receives the events
   * @return the watch; close it to end it
   * @throws IllegalArgumentException if the watcher is null
   */
  public TaskWatch transitions(Consumer<? super TaskEvent<I>> watcher) {
    Require.notNull("watcher", watcher);
    return TaskWatch.ofSteps(core.feed(), threads.side().stages::run, FEED_CAPACITY, watcher);
  }

  /**
   * Passes a {@link TaskEvent.Snapshot} of the working and the failed tasks to {@code watcher}, and
   * then every change that the snapshot does not show, once, in order for each id. Events come one
   * at a time, on a thread of the manager. Exceptions the watcher throws are logged.
   *
   * <p>No task waits for a watcher: one that is more than {@link #FEED_CAPACITY} events behind gets
   * a new snapshot in place of those it missed. A snapshot takes time proportional to the number of
   * all recorded ids.
   *
   * @param watcher receives the events
   * @return the watch; close it to end it
   * @throws IllegalArgumentException if the watcher is null
   */
  public TaskWatch watch(Consumer<? super TaskEvent<I>> watcher) {
    Require.notNull("watcher", watcher);
    return TaskWatch.ofView(core, threads.side().stages::run, FEED_CAPACITY, watcher);
  }

  /**
   * Forgets a FAILED task, with its cause.
   *
   * @param id the id of the task
   * @return whether the task was FAILED
   */
  public boolean forget(I id) {
    return core.forget(Require.notNull("id", id));
  }

  /**
   * Forgets successes, to free memory. The guarantee no longer holds for these ids: a dropped task
   * may be launched, and succeed, again. A task that is being revoked is not dropped.
   *
   * @param ids the ids of the tasks
   * @return how many were dropped
   */
  public int dropSucceeded(Iterable<? extends I> ids) {
    return core.dropSucceeded(Require.notNull("ids", ids));
  }

  /**
   * Forgets successes that are older than the given time, as {@link #dropSucceeded(Iterable)} does.
   * Takes time proportional to the number of all recorded ids.
   *
   * @param olderThan the minimum age
   * @return how many were dropped
   * @throws IllegalStateException if the recorder was created without {@link KeepValues}, so it
   *     does not know their age
   * @throws IllegalArgumentException if the time is null or negative
   */
  public int dropSucceeded(Duration olderThan) {
    return core.dropSucceeded(Require.notNegative("olderThan", olderThan));
  }

  private static void requireNoConflict(SubmitOptions options) {
    if (Require.notNull("options", options).conflict() != null) {
      throw new IllegalArgumentException(
          "options must not set a conflict policy: a recorder has its own rules");
    }
  }
}
