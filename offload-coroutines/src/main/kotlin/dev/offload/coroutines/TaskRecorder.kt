package dev.offload.coroutines

import dev.offload.LaunchOutcome
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
 * What is recorded stays until it is forgotten, revoked or dropped; a success costs one entry of a hash map. The end of the
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
     * Runs [block] as the task [id], unless it is working or has succeeded already: then nothing of [block] runs.
     *
     * The task is a job of the recorder's scope. By the key of its handle it can be looked up and cancelled there, but only
     * the recorder runs it. The handle's `cancel` makes it FAILED; if there are handles for both languages, that of the last
     * one does. A body of the same task that was cancelled before, and has not ended yet, is waited for before [block]
     * starts. A failure is recorded, and so not reported as one that nobody saw.
     *
     * Does not suspend.
     *
     * @param timeout how long the body may run; null for the setting of its kind
     * @param context added to the context of the scope for the body, as in [OffloadScope.submit]
     * @return [Launched][LaunchOutcome.Launched] with the handle if the task is WORKING now, else why not
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

    /** Forgets a FAILED task, with its cause. Answers whether it was one. */
    public fun forget(id: ID): Boolean

    /**
     * Forgets successes, to make room. This lifts the promise for these ids: a task that was dropped may be launched, and
     * succeed, again. One that is being revoked is not dropped.
     *
     * @return how many were dropped
     */
    public fun dropSucceeded(ids: Iterable<ID>): Int

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
 * @throws IllegalArgumentException if the manager knows another kind of the same name, or [scope] is none of this library
 * @since 0.1
 */
@JvmSynthetic
public fun <ID : Any, T> TaskRecorder(scope: OffloadScope, kind: OffloadKind<in ID, T>): TaskRecorder<ID, T> =
    ScopeRecorder.create(scope, kind)
