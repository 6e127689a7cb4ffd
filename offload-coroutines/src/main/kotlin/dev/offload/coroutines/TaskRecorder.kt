package dev.offload.coroutines

import dev.offload.KeepValues
import dev.offload.LaunchOutcome
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.RevokeOutcome
import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.internal.ScopeRecorder
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * Remembers how tasks ended: a task succeeds at most once, and a success is revoked at most once.
 *
 * | from | to | by |
 * |---|---|---|
 * | NOT_FOUND | WORKING | [launch] |
 * | WORKING | SUCCEEDED | its body ended with a value |
 * | WORKING | FAILED | anything else: an exception, a cancel, a time limit, the end of the scope |
 * | FAILED | WORKING | [launch], once more |
 * | FAILED | NOT_FOUND | [forget] |
 * | SUCCEEDED | NOT_FOUND | a [revoke] whose block succeeded, or [dropSucceeded] |
 *
 * Nothing else changes a state. [launch], [revoke], [state] and [failure] are linearizable for each id: who has seen a
 * launch, or the outcome of a handle, never reads a state of before.
 *
 * What is recorded stays until it is forgotten, revoked or dropped; a success costs one entry of a hash map, and values are
 * kept only if asked for. The end of the
 * scope ends what is working, and what was recorded can be asked for still.
 *
 * All functions may be called from any thread. Ids are compared with `equals`, and what an id throws there or in `hashCode`
 * reaches the caller.
 *
 * The idea is that of the Rust crate async_tasks_recorder.
 *
 * Not meant to be implemented outside the library.
 *
 * @param ID the type of the ids
 * @param T the type of what the bodies answer
 * @since 0.1
 */
public interface TaskRecorder<ID : Any, T> {
    /**
     * Runs [block] as the task [id], unless it is working or has succeeded already: then nothing of [block] runs. A run under
     * way is joined: [AlreadyWorking][LaunchOutcome.AlreadyWorking] has a handle of it.
     *
     * The task is a job of the recorder's scope. By the key of its handle it can be looked up and cancelled there, but only
     * the recorder runs it. Each handle is a lease of its own: its `cancel` gives up that one, and when the last one is given
     * up, the run is cancelled, which makes the task FAILED. A run that is being cancelled is not joined: the task is FAILED
     * by then, and is launched anew. Its body, if it has not ended yet, is waited for before [block] starts. A failure is
     * recorded, and so not reported as one that nobody saw.
     *
     * Does not suspend.
     *
     * @param timeout how long the body may run; null for the setting of its kind
     * @param context added to the context of the scope for the body, as in [OffloadScope.submit]
     * @return [Launched][LaunchOutcome.Launched] with the handle if [block] is going to run, else why not
     * @throws OffloadRejectedException if the scope refuses the job, because it has ended or a queue is full; the task is
     *   FAILED then, with this as its cause
     * @throws IllegalArgumentException if [context] holds a `Job`
     */
    public fun launch(
        id: ID,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): LaunchOutcome<OffloadDeferred<T>>

    /**
     * As [launch], but where a queue is full it suspends until there is room, first come first served among those who wait. A
     * try that finds no room is not counted as a submission, and leaves the task as it is: NOT_FOUND, or FAILED with its
     * cause. Somebody else may launch it meanwhile; then this answers so when it is its turn.
     *
     * In a body that itself holds a permit of one of the limits in question it does not wait, and is as [launch]: room might
     * need that body's end.
     *
     * This function is cancellable; if it is cancelled while it waits, nothing was launched.
     *
     * @param timeout as for [launch]
     * @param context as for [launch]
     * @return as [launch]
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws OffloadRejectedException as [launch], but for a full queue only in a body that must not wait
     * @throws IllegalArgumentException as [launch]
     */
    public suspend fun launchWhenRoom(
        id: ID,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): LaunchOutcome<OffloadDeferred<T>>

    /**
     * Suspends until what is under way for the task [id] has ended, its body included: a run, also one that is being
     * cancelled, or a revoke. At once if nothing is. Takes no lease.
     *
     * This function is cancellable; its cancellation touches no task.
     *
     * @return the state that this led to; the task may have been launched again since
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws OffloadCycleException if the body that is waited for calls it, or waits for the one that does
     */
    public suspend fun awaitEnd(id: ID): TaskState

    /**
     * Suspends until the bodies of all runs and revokes that were launched before the call have ended. Throws nothing because
     * of how they ended.
     *
     * This function is cancellable; its cancellation touches no task.
     *
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws OffloadCycleException if a body calls it and would wait for itself
     */
    public suspend fun joinAll()

    /**
     * Cancels all runs, which makes their tasks FAILED, and all revokes, which leaves theirs SUCCEEDED. Does not wait.
     *
     * @return how many runs and revokes this call cancelled
     */
    public fun cancelAll(): Int

    /** The state of a task. */
    public fun state(id: ID): TaskState

    /** As [state], but a task that was never seen reads WORKING: for who knows that it is launched, here or elsewhere. */
    public fun stateAssumingLaunched(id: ID): TaskState

    /** What a task failed with; null if it is not FAILED. */
    public fun failure(id: ID): Throwable?

    /**
     * Runs [block] to undo the success of the task [id]: at most once for each success.
     *
     * The block runs as a job of the recorder's scope. Meanwhile the task reads SUCCEEDED; it is NOT_FOUND when the block has
     * succeeded, and SUCCEEDED as before, to be revoked again, if it fails or is cancelled.
     *
     * This function is cancellable: if the calling coroutine is cancelled, so is the block, unless it has just ended.
     *
     * @param timeout how long the block may run; null for the setting of the kind
     * @param context added to the context of the scope for the block, as in [OffloadScope.submit]
     * @return [Revoked][RevokeOutcome.Revoked] with the block's value, or why not
     * @throws OffloadRejectedException if the scope refuses the job; the task stays SUCCEEDED
     * @throws IllegalArgumentException if [context] holds a `Job`
     * @throws CancellationException if the calling coroutine is cancelled
     */
    public suspend fun <R> revoke(
        id: ID,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> R,
    ): RevokeOutcome<R>

    /**
     * The ids of the tasks in [state], in no order. Tasks that come into it or leave it meanwhile may be in the answer or
     * not. For WORKING and FAILED it takes time in proportion to their number, for SUCCEEDED to that of all recorded ids.
     *
     * @throws IllegalArgumentException if [state] is NOT_FOUND
     */
    public fun tasks(state: TaskState): List<ID>

    /**
     * How many tasks are in [state]: exact when nothing changes meanwhile, and in constant time.
     *
     * @throws IllegalArgumentException if [state] is NOT_FOUND
     */
    public fun count(state: TaskState): Long

    /**
     * What happens from the moment of collecting on, the events of each id in their order. It never completes. A step that
     * another thread has begun at that moment may be told or not.
     *
     * No task waits for a collector: one that is more than [FEED_CAPACITY] events behind loses the next ones, and is told
     * how many ([Missed][TaskEvent.Missed]) when it has caught up.
     */
    public val transitions: Flow<TaskEvent<ID>>

    /**
     * First a [Snapshot][TaskEvent.Snapshot] of what works and what has failed, from the moment of collecting on, and then
     * what happens after it: each step that the snapshot does not show, once, and those of each id in their order. It never
     * completes.
     *
     * No task waits for a collector: one that is more than [FEED_CAPACITY] events behind is told a new snapshot in place of
     * those it missed. To make one takes time in proportion to all recorded ids.
     */
    public fun watch(): Flow<TaskEvent<ID>>

    /** Forgets a FAILED task, with its cause. Answers whether it was one. */
    public fun forget(id: ID): Boolean

    /**
     * Forgets successes, to make room. This lifts the promise for these ids: a task that was dropped may be launched, and
     * succeed, again. One that is being revoked is not dropped.
     *
     * @return how many were dropped
     */
    public fun dropSucceeded(ids: Iterable<ID>): Int

    /**
     * Forgets successes that are older than [olderThan], as the other function of this name. Takes time in proportion to all
     * recorded ids.
     *
     * @return how many were dropped
     * @throws IllegalStateException if the recorder was made without [KeepValues], so that it knows no ages
     * @throws IllegalArgumentException if [olderThan] is negative
     */
    public fun dropSucceeded(olderThan: Duration): Int

    /** Numbers that hold for all recorders. */
    public companion object {
        /** How many events a collector of [transitions] may be behind. */
        public const val FEED_CAPACITY: Int = 1024
    }
}

/**
 * Makes a recorder that has recorded nothing.
 *
 * @param scope owns the jobs
 * @param kind labels them, sets their policies and gives ids and values their types; recorders may share one, and never meet
 *   each other's tasks
 * @param keep which values to keep for those who launch what has succeeded, see
 *   [AlreadySucceeded][LaunchOutcome.AlreadySucceeded]; null for none, and then nothing is kept of a success but that it was
 * @throws IllegalArgumentException if the manager knows another kind of the same name, or [scope] is none of this library
 * @since 0.1
 */
@JvmSynthetic
public fun <ID : Any, T> TaskRecorder(
    scope: OffloadScope,
    kind: OffloadKind<in ID, T>,
    keep: KeepValues? = null,
): TaskRecorder<ID, T> = ScopeRecorder.create(scope, kind, keep)

/**
 * Bounds for the values that a [TaskRecorder] keeps.
 *
 * @param max how many values at most, at least 1
 * @param age how long one is told
 * @throws IllegalArgumentException if [max] is below 1, or [age] is not longer than zero or too long for a `Long` of
 *   nanoseconds
 * @since 0.1
 */
@JvmSynthetic
public fun KeepValues(max: Int, age: Duration): KeepValues = KeepValues.of(max, age.toJavaDuration())
