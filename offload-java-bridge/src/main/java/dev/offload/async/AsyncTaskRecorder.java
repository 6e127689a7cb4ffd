package dev.offload.async;

import dev.offload.KeepValues;
import dev.offload.LaunchOutcome;
import dev.offload.OffloadKey;
import dev.offload.OffloadKind;
import dev.offload.RevokeOutcome;
import dev.offload.TaskEvent;
import dev.offload.TaskState;
import dev.offload.coroutines.internal.CurrentJob;
import dev.offload.coroutines.internal.JobBody;
import dev.offload.coroutines.internal.JobCell;
import dev.offload.coroutines.internal.RecorderCore;
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
 * Remembers how tasks ended: a task succeeds at most once, and a success is revoked at most once.
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
 * <tr><td>WORKING<td>FAILED<td>anything else: an exception, a cancel, a time limit, the end of the
 *     scope
 * <tr><td>FAILED<td>WORKING<td>{@code launch}, once more
 * <tr><td>FAILED<td>NOT_FOUND<td>{@link #forget}
 * <tr><td>SUCCEEDED<td>NOT_FOUND<td>a {@code revoke} whose block succeeded, or {@link
 *     #dropSucceeded}
 * </table>
 *
 * <p>Nothing else changes a state. Launches, revokes, {@link #state} and {@link #failure} are
 * linearizable for each id: who has seen a launch, or the outcome of a future, never reads a state
 * of before.
 *
 * <p>What is recorded stays until it is forgotten, revoked or dropped; a success costs one entry of
 * a hash map, and values are kept only if asked for. The end of the scope ends what is working, and
 * what was recorded can be asked for still.
 *
 * <p>Safe to use from any thread. Only {@code launchWhenRoom} and {@code launchStageWhenRoom}
 * block. Ids are compared with {@code equals}. A null argument gives an {@link
 * IllegalArgumentException}.
 *
 * @param <I> the type of the ids
 * @param <T> the type of what the bodies answer
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
   * Makes a recorder that has recorded nothing.
   *
   * @param scope owns the jobs
   * @param kind labels them, sets their policies and gives ids and values their types; recorders
   *     may share one, and never meet each other's tasks
   * @param <I> the type of the ids
   * @param <T> the type of what the bodies answer
   * @return the recorder
   * @throws IllegalArgumentException if an argument is null, or the manager knows another kind of
   *     the same name
   */
  public static <I, T extends @Nullable Object> AsyncTaskRecorder<I, T> create(
      AsyncOffloadScope scope, OffloadKind<? super I, T> kind) {
    return create(scope, kind, null);
  }

  /**
   * Makes a recorder that has recorded nothing, and keeps values.
   *
   * @param scope owns the jobs
   * @param kind labels them, as in {@link #create(AsyncOffloadScope, OffloadKind)}
   * @param keep which values to keep for those who launch what has succeeded, see {@link
   *     LaunchOutcome.AlreadySucceeded}; null for none, and then nothing is kept of a success but
   *     that it was
   * @param <I> the type of the ids
   * @param <T> the type of what the bodies answer
   * @return the recorder
   * @throws IllegalArgumentException if the scope or the kind is null, or the manager knows another
   *     kind of the same name
   */
  public static <I, T extends @Nullable Object> AsyncTaskRecorder<I, T> create(
      AsyncOffloadScope scope, OffloadKind<? super I, T> kind, @Nullable KeepValues keep) {
    Arguments.notNull("scope", scope);
    return new AsyncTaskRecorder<>(
        new RecorderCore<>(scope.core, Arguments.notNull("kind", kind), keep), scope.threads);
  }

  /**
   * Runs {@code body} as the task {@code id}, unless it is working or has succeeded already: then
   * nothing of the body runs. A run under way is joined: {@link LaunchOutcome.AlreadyWorking} has a
   * future of it.
   *
   * <p>The task is a job of the recorder's scope; by the key of its future it can be looked up and
   * cancelled there, but only the recorder runs it. Each future is a lease of its own: cancelling
   * it gives up that one, and when the last one is given up, the run is cancelled, which makes the
   * task FAILED. A run that is being cancelled is not joined: the task is FAILED by then, and is
   * launched anew. Its body, if it has not ended yet, is waited for before this one starts. A
   * failure is recorded, and so not reported as one that nobody saw.
   *
   * @param id of the task
   * @param body the work
   * @return {@link LaunchOutcome.Launched} with the future if the body is going to run, else why
   *     not
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job, because it has ended
   *     or a queue is full; the task is FAILED then, with this as its cause
   */
  public LaunchOutcome<OffloadFuture<T>> launch(I id, Callable<? extends T> body) {
    return launch(id, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #launch(Object, Callable)}, with options.
   *
   * @param id of the task
   * @param options the time limits; must not set a conflict policy
   * @param body the work
   * @return how the launch was taken
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job
   */
  public LaunchOutcome<OffloadFuture<T>> launch(
      I id, SubmitOptions options, Callable<? extends T> body) {
    Arguments.notNull("id", id);
    requireNoConflict(options);
    return launchBody(id, options, threads.blocking(Arguments.notNull("body", body)));
  }

  /**
   * As {@link #launch(Object, Callable)}, for work that answers a stage.
   *
   * @param id of the task
   * @param body starts the work
   * @return how the launch was taken
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job
   */
  public LaunchOutcome<OffloadFuture<T>> launchStage(
      I id, Supplier<? extends CompletionStage<? extends T>> body) {
    return launchStage(id, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #launch(Object, SubmitOptions, Callable)}, for work that answers a stage.
   *
   * @param id of the task
   * @param options the time limits, and whether the stage is borrowed
   * @param body starts the work
   * @return how the launch was taken
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job
   */
  public LaunchOutcome<OffloadFuture<T>> launchStage(
      I id, SubmitOptions options, Supplier<? extends CompletionStage<? extends T>> body) {
    Arguments.notNull("id", id);
    requireNoConflict(options);
    return launchBody(
        id, options, threads.stage(Arguments.notNull("body", body), options.borrowedStage()));
  }

  private LaunchOutcome<OffloadFuture<T>> launchBody(I id, SubmitOptions options, JobBody<T> body) {
    return core.launch(id, options.timeout(), body, threads::future);
  }

  /**
   * As {@link #launch(Object, Callable)}, but where a queue is full the calling thread waits until
   * there is room, first come first served among those who wait. A try that finds no room is not
   * counted as a submission, and leaves the task as it is: NOT_FOUND, or FAILED with its cause.
   * Somebody else may launch it meanwhile; then this answers so when it is its turn.
   *
   * <p>In a body that itself holds a permit of one of the limits in question it does not wait, and
   * is as {@code launch}: room might need that body's end.
   *
   * @param id of the task
   * @param body the work
   * @return how the launch was taken
   * @throws InterruptedException if the calling thread is interrupted while it waits; nothing was
   *     launched then
   * @throws IllegalArgumentException if an argument is null
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
   * @param id of the task
   * @param options the time limits; must not set a conflict policy
   * @param body the work
   * @return how the launch was taken
   * @throws InterruptedException if the calling thread is interrupted while it waits
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   * @throws dev.offload.OffloadRejectedException as {@link #launchWhenRoom(Object, Callable)}
   */
  public LaunchOutcome<OffloadFuture<T>> launchWhenRoom(
      I id, SubmitOptions options, Callable<? extends T> body) throws InterruptedException {
    Arguments.notNull("id", id);
    requireNoConflict(options);
    return launchBodyWhenRoom(id, options, threads.blocking(Arguments.notNull("body", body)));
  }

  /**
   * As {@link #launchWhenRoom(Object, Callable)}, for work that answers a stage.
   *
   * @param id of the task
   * @param body starts the work
   * @return how the launch was taken
   * @throws InterruptedException if the calling thread is interrupted while it waits
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.OffloadRejectedException as {@link #launchWhenRoom(Object, Callable)}
   */
  public LaunchOutcome<OffloadFuture<T>> launchStageWhenRoom(
      I id, Supplier<? extends CompletionStage<? extends T>> body) throws InterruptedException {
    return launchStageWhenRoom(id, SubmitOptions.unset(), body);
  }

  /**
   * As {@link #launchWhenRoom(Object, SubmitOptions, Callable)}, for work that answers a stage.
   *
   * @param id of the task
   * @param options the time limits, and whether the stage is borrowed
   * @param body starts the work
   * @return how the launch was taken
   * @throws InterruptedException if the calling thread is interrupted while it waits
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   * @throws dev.offload.OffloadRejectedException as {@link #launchWhenRoom(Object, Callable)}
   */
  public LaunchOutcome<OffloadFuture<T>> launchStageWhenRoom(
      I id, SubmitOptions options, Supplier<? extends CompletionStage<? extends T>> body)
      throws InterruptedException {
    Arguments.notNull("id", id);
    requireNoConflict(options);
    return launchBodyWhenRoom(
        id, options, threads.stage(Arguments.notNull("body", body), options.borrowedStage()));
  }

  private LaunchOutcome<OffloadFuture<T>> launchBodyWhenRoom(
      I id, SubmitOptions options, JobBody<T> body) throws InterruptedException {
    LaunchOutcome<OffloadFuture<T>> first =
        core.launchIfRoom(id, options.timeout(), body, threads::future);
    if (first != null) {
      return first;
    }
    OffloadKey<T> key = core.key(id);
    if (core.scope().isHeldUpBy(CurrentJob.get(), key)) {
      return launchBody(id, options, body);
    }
    return RoomWait.retry(
        core.scope(), key, () -> core.launchIfRoom(id, options.timeout(), body, threads::future));
  }

  /**
   * Waits for what is under way for a task, its body included: a run, also one that is being
   * cancelled, or a revoke. Takes no lease.
   *
   * @param id of the task
   * @return a future that is completed when that has ended, with the state that this led to; at
   *     once if nothing is under way. The task may have been launched again since. Cancelling the
   *     future touches no task
   */
  public CompletableFuture<TaskState> awaitEnd(I id) {
    RecorderCore.UnderWay underWay = core.underWay(Arguments.notNull("id", id));
    return new EndFuture<>(underWay.jobs(), underWay.state(), threads.side());
  }

  /**
   * Waits for the bodies of all runs and revokes that were launched before the call.
   *
   * @return a future that is completed, with null, when they have ended, in whatever way.
   *     Cancelling it touches no task
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
   * Answers the state of a task.
   *
   * @param id of the task
   * @return the state
   */
  public TaskState state(I id) {
    return core.state(Arguments.notNull("id", id));
  }

  /**
   * As {@link #state}, but a task that was never seen reads WORKING: for who knows that it is
   * launched, here or elsewhere.
   *
   * @param id of the task
   * @return the state
   */
  public TaskState stateAssumingLaunched(I id) {
    TaskState state = state(id);
    return state == TaskState.NOT_FOUND ? TaskState.WORKING : state;
  }

  /**
   * Answers what a task failed with.
   *
   * @param id of the task
   * @return the cause; empty if the task is not FAILED
   */
  public Optional<Throwable> failure(I id) {
    return Optional.ofNullable(core.failure(Arguments.notNull("id", id)));
  }

  /**
   * Runs {@code block} to undo the success of a task: at most once for each success.
   *
   * <p>The block runs as a job of the recorder's scope. Meanwhile the task reads SUCCEEDED; it is
   * NOT_FOUND when the block has succeeded, and SUCCEEDED as before, to be revoked again, if it
   * fails or is cancelled.
   *
   * @param id of the task
   * @param block undoes the success
   * @param <R> the type of its result
   * @return a future with {@link RevokeOutcome.Revoked}, or why not. Cancelling it, or completing
   *     it otherwise, cancels the block
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
   * @param id of the task
   * @param options the time limits; must not set a conflict policy
   * @param block undoes the success
   * @param <R> the type of its result
   * @return a future of the outcome
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job
   */
  public <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revoke(
      I id, SubmitOptions options, Callable<? extends R> block) {
    Arguments.notNull("id", id);
    requireNoConflict(options);
    return revokeBody(id, options, threads.blocking(Arguments.notNull("block", block)));
  }

  /**
   * As {@link #revoke(Object, Callable)}, for a block that answers a stage.
   *
   * @param id of the task
   * @param block starts to undo the success
   * @param <R> the type of its result
   * @return a future of the outcome
   * @throws IllegalArgumentException if an argument is null
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job
   */
  public <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revokeStage(
      I id, Supplier<? extends CompletionStage<? extends R>> block) {
    return revokeStage(id, SubmitOptions.unset(), block);
  }

  /**
   * As {@link #revoke(Object, SubmitOptions, Callable)}, for a block that answers a stage.
   *
   * @param id of the task
   * @param options the time limits, and whether the stage is borrowed
   * @param block starts to undo the success
   * @param <R> the type of its result
   * @return a future of the outcome
   * @throws IllegalArgumentException if an argument is null, or the options set a conflict policy
   * @throws dev.offload.OffloadRejectedException if the scope refuses the job
   */
  public <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revokeStage(
      I id, SubmitOptions options, Supplier<? extends CompletionStage<? extends R>> block) {
    Arguments.notNull("id", id);
    requireNoConflict(options);
    return revokeBody(
        id, options, threads.stage(Arguments.notNull("block", block), options.borrowedStage()));
  }

  private <R extends @Nullable Object> CompletableFuture<RevokeOutcome<R>> revokeBody(
      I id, SubmitOptions options, JobBody<R> block) {
    RecorderCore.Revoking<R> revoking = core.revoke(id, options.timeout(), block);
    RevokeOutcome<R> refusal = revoking.refusal();
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    JobCell<R> job = Objects.requireNonNull(revoking.job());
    return new RevokeFuture<>(threads.future(job, false), threads.side());
  }

  /**
   * Lists tasks, in no order. Those that come into the state or leave it meanwhile may be in the
   * answer or not. For WORKING and FAILED it takes time in proportion to their number, for
   * SUCCEEDED to that of all recorded ids.
   *
   * @param state which
   * @return their ids
   * @throws IllegalArgumentException if the state is null or NOT_FOUND
   */
  public List<I> tasks(TaskState state) {
    return core.tasks(Arguments.notNull("state", state));
  }

  /**
   * Counts tasks: exact when nothing changes meanwhile, and in constant time.
   *
   * @param state which
   * @return how many
   * @throws IllegalArgumentException if the state is null or NOT_FOUND
   */
  public long count(TaskState state) {
    return core.count(Arguments.notNull("state", state));
  }

  /**
   * Tells {@code watcher} what happens from now on, the events of each id in their order, one at a
   * time, on a thread of the manager. What it throws is logged.
   *
   * <p>No task waits for a watcher: where one is more than {@link #FEED_CAPACITY} events behind,
   * the next ones are left out, and it is told how many ({@link TaskEvent.Missed}).
   *
   * @param watcher is told
   * @return to be closed to end the watch
   * @throws IllegalArgumentException if the watcher is null
   */
  public TaskWatch transitions(Consumer<? super TaskEvent<I>> watcher) {
    Arguments.notNull("watcher", watcher);
    return TaskWatch.ofSteps(core.feed(), threads.side().stages::run, FEED_CAPACITY, watcher);
  }

  /**
   * Tells {@code watcher} first a {@link TaskEvent.Snapshot} of what works and what has failed now,
   * and then what happens after it: each step that the snapshot does not show, once, and those of
   * each id in their order. One at a time, on a thread of the manager. What it throws is logged.
   *
   * <p>No task waits for a watcher: one that is more than {@link #FEED_CAPACITY} events behind is
   * told a new snapshot in place of those it missed. To make one takes time in proportion to all
   * recorded ids.
   *
   * @param watcher is told
   * @return to be closed to end the watch
   * @throws IllegalArgumentException if the watcher is null
   */
  public TaskWatch watch(Consumer<? super TaskEvent<I>> watcher) {
    Arguments.notNull("watcher", watcher);
    return TaskWatch.ofView(core, threads.side().stages::run, FEED_CAPACITY, watcher);
  }

  /**
   * Forgets a FAILED task, with its cause.
   *
   * @param id of the task
   * @return whether it was one
   */
  public boolean forget(I id) {
    return core.forget(Arguments.notNull("id", id));
  }

  /**
   * Forgets successes, to make room. This lifts the promise for these ids: a task that was dropped
   * may be launched, and succeed, again. One that is being revoked is not dropped.
   *
   * @param ids of the tasks
   * @return how many were dropped
   */
  public int dropSucceeded(Iterable<? extends I> ids) {
    return core.dropSucceeded(Arguments.notNull("ids", ids));
  }

  /**
   * Forgets successes that are so old, as {@link #dropSucceeded(Iterable)}. Takes time in
   * proportion to all recorded ids.
   *
   * @param olderThan how old they have to be
   * @return how many were dropped
   * @throws IllegalStateException if the recorder was made without {@link KeepValues}, so that it
   *     knows no ages
   * @throws IllegalArgumentException if the time is null or negative
   */
  public int dropSucceeded(Duration olderThan) {
    return core.dropSucceeded(Arguments.notNegative("olderThan", olderThan));
  }

  private static void requireNoConflict(SubmitOptions options) {
    if (Arguments.notNull("options", options).conflict() != null) {
      throw new IllegalArgumentException(
          "options must not set a conflict policy: a recorder has its own rules");
    }
  }
}
