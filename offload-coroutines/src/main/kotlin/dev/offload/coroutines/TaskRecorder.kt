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
import dev.offload.coroutines.internal.face.ScopeRecorder
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * Records how tasks ended: a task succeeds at most once, and a success is revoked at most once.
 *
 * | from | to | by |
 * |---|---|---|
 * | NOT_FOUND | WORKING | [launch] |
 * | WORKING | SUCCEEDED | its body ended with a value |
 * | WORKING | FAILED | anything else: an exception, a cancellation, a time limit, the end of the scope |
 * | FAILED | WORKING | [launch], once more |
 * | FAILED | NOT_FOUND | [forget] |
 * | SUCCEEDED | NOT_FOUND | a [revoke] whose block succeeded, or [dropSucceeded] |
 *
 * Nothing else changes a state. [launch], [revoke], [state] and [failure] are linearizable for each id: after observing
 * a launch, or the outcome of a handle, a caller never reads an earlier state.
 *
 * Records stay until they are forgotten, revoked or dropped; a success costs one entry of a hash map, and values are
 * kept only on request. The end of the scope ends running tasks; the records can still be read.
 *
 * All functions may be called from any thread. Ids are compared with `equals`; exceptions from their `equals` or
 * `hashCode` reach the caller.
 *
 * The idea comes from the Rust crate async_tasks_recorder.
 *
 * Not meant to be implemented outside the library.
 *
 * @param ID the type of the ids
 * @param T the type of the bodies' results
 * @since 0.1
 */
public interface TaskRecorder<ID : Any, T> {
    /**
     * Runs [block] as the task [id], unless the task is working or has succeeded already: then [block] does not run at
     * all. A run in progress is joined: [AlreadyWorking][LaunchOutcome.AlreadyWorking] has a handle of it.
     *
     * The task is a job of the recorder's scope. By the key of its handle it can be looked up and cancelled there, but
     * only the recorder runs it. Each handle is a separate lease: its `cancel` gives up that lease, and when the last
     * one is given up, the run is cancelled, which makes the task FAILED. A run that is being cancelled is not joined:
     * the task is already FAILED, and is launched again; [block] starts when the cancelled body has ended. A failure is
     * recorded, so it is not reported as unobserved.
     *
     * Does not suspend.
     *
     * @param timeout how long the body may run; null for the setting of its kind
     * @param context added to the context of the scope for the body, as in [OffloadScope.submit]
     * @return [Launched][LaunchOutcome.Launched] with the handle if [block] is going to run, otherwise why not
     * @throws OffloadRejectedException if the scope refuses the job, because it has ended or a queue is full; the task
     *   is then FAILED, with this exception as its cause
     * @throws IllegalArgumentException if [context] contains a `Job`
     */
    public fun launch(
        id: ID,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): LaunchOutcome<OffloadDeferred<T>>

    /**
     * As [launch], but if a queue is full, suspends until there is room; waiting callers are served in order. An
     * attempt that finds no room is not counted as a submission, and leaves the task as it is: NOT_FOUND, or FAILED
     * with its cause. If another caller launches the task in the meantime, this call returns that outcome when its turn
     * comes.
     *
     * In a body that itself holds a permit of one of the limits concerned, it does not wait, and behaves like [launch]:
     * room might only become available when that body ends.
     *
     * This function is cancellable; if it is cancelled while it waits, nothing was launched.
     *
     * @param timeout as for [launch]
     * @param context as for [launch]
     * @return as for [launch]
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
     * Suspends until the run or revoke of the task [id] in progress has ended, its body included, even if it is being
     * cancelled. Returns at once if there is none. Takes no lease.
     *
     * This function is cancellable; cancelling it does not affect the task.
     *
     * @return the resulting state; the task may have been launched again since
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws OffloadCycleException if the body waited for calls it, or waits for the one that does
     */
    public suspend fun awaitEnd(id: ID): TaskState

    /**
     * Suspends until the bodies of all runs and revokes that were launched before the call have ended. Throws nothing
     * because of how they ended.
     *
     * This function is cancellable; cancelling it does not affect any task.
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

    /**
     * As [state], but returns WORKING for an unknown task: for callers that know it is being launched, here or
     * elsewhere.
     */
    public fun stateAssumingLaunched(id: ID): TaskState

    /** What a task failed with; null if it is not FAILED. */
    public fun failure(id: ID): Throwable?

    /**
     * Runs [block] to undo the success of the task [id]: at most once for each success.
     *
     * The block runs as a job of the recorder's scope. Meanwhile the task is SUCCEEDED. When the block succeeds, the
     * task becomes NOT_FOUND; if the block fails or is cancelled, the task stays SUCCEEDED, and can be revoked again.
     *
     * This function is cancellable: if the calling coroutine is cancelled, so is the block, unless it has just ended.
     *
     * @param timeout how long the block may run; null for the setting of the kind
     * @param context added to the context of the scope for the block, as in [OffloadScope.submit]
     * @return [Revoked][RevokeOutcome.Revoked] with the block's value, otherwise why not
     * @throws OffloadRejectedException if the scope refuses the job; the task stays SUCCEEDED
     * @throws IllegalArgumentException if [context] contains a `Job`
     * @throws CancellationException if the calling coroutine is cancelled
     */
    public suspend fun <R> revoke(
        id: ID,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> R,
    ): RevokeOutcome<R>

    /**
     * Returns the ids of the tasks in [state], in no particular order. Tasks that enter or leave the state concurrently
     * may or may not be included. Takes time proportional to their number for WORKING and FAILED, and to the number of
     * all recorded ids for SUCCEEDED.
     *
     * @throws IllegalArgumentException if [state] is NOT_FOUND
     */
    public fun tasks(state: TaskState): List<ID>

    /**
     * Returns the number of tasks in [state], in constant time; exact if nothing changes concurrently.
     *
     * @throws IllegalArgumentException if [state] is NOT_FOUND
     */
    public fun count(state: TaskState): Long

    /**
     * The events from the start of collection on, in order for each id. Never completes. A change that another thread
     * has begun by then may or may not be emitted.
     *
     * No task waits for a collector: one that is more than [FEED_CAPACITY] events behind loses the next ones, and gets
     * their number ([Missed][TaskEvent.Missed]) when it has caught up.
     */
    public val transitions: Flow<TaskEvent<ID>>

    /**
     * Returns a flow that emits a [Snapshot][TaskEvent.Snapshot] of the working and the failed tasks when collection
     * starts, and then every change that the snapshot does not show, once, in order for each id. It never completes.
     *
     * No task waits for a collector: one that is more than [FEED_CAPACITY] events behind gets a new snapshot in place
     * of those it missed. A snapshot takes time proportional to the number of all recorded ids.
     */
    public fun watch(): Flow<TaskEvent<ID>>

    /** Forgets a FAILED task, with its cause. Returns whether the task was FAILED. */
    public fun forget(id: ID): Boolean

    /**
     * Forgets successes, to free memory. The guarantee no longer holds for these ids: a dropped task may be launched,
     * and succeed, again. A task that is being revoked is not dropped.
     *
     * @return how many were dropped
     */
    public fun dropSucceeded(ids: Iterable<ID>): Int

    /**
     * Forgets successes that are older than [olderThan], as the other function of this name does. Takes time
     * proportional to the number of all recorded ids.
     *
     * @return how many were dropped
     * @throws IllegalStateException if the recorder was created without [KeepValues], so it does not know their age
     * @throws IllegalArgumentException if [olderThan] is negative
     */
    public fun dropSucceeded(olderThan: Duration): Int

    /** Constants of all recorders. */
    public companion object {
        /** How many events a collector of [transitions] or [watch] may be behind. */
        public const val FEED_CAPACITY: Int = 1024
    }
}

/**
 * Creates an empty recorder.
 *
 * @param scope owns the jobs
 * @param kind labels them, sets their policies and defines the types of ids and values; recorders may share a kind, but
 *   never see each other's tasks
 * @param keep bounds the values to keep for later launches, see [AlreadySucceeded][LaunchOutcome.AlreadySucceeded];
 *   null to keep none, only the fact of a success
 * @throws IllegalArgumentException if the manager knows another kind of the same name, or [scope] is not one of this
 *   library
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
 * @param max the maximum number of values, at least 1
 * @param age how long a value is available
 * @throws IllegalArgumentException if [max] is below 1, or [age] is not longer than zero or too long for a `Long` of
 *   nanoseconds
 * @since 0.1
 */
@JvmSynthetic
public fun KeepValues(max: Int, age: Duration): KeepValues = KeepValues.of(max, age.toJavaDuration())
