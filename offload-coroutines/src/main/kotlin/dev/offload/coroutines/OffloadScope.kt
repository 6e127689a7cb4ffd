package dev.offload.coroutines

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.KeyInFlightException
import dev.offload.OffloadKey
import dev.offload.OffloadRejectedException
import dev.offload.ScopeClosedException
import dev.offload.Submission
import dev.offload.TimeoutPolicy
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration

/**
 * Owns jobs, and runs each key once at a time.
 *
 * | operation | owner, and domain in which a key is unique | ends early |
 * |---|---|---|
 * | [submit], [trySubmit], [submitWhenRoom] | this scope | if cancelled by key, by the last of its holders, or with the scope |
 * | [share], [tryShare], [shareWhenRoom] | the manager | if cancelled by key or with the manager, or when its last holder leaves |
 * | [call] | the manager | as for [share]; the lease lasts as long as the call |
 * | [spawn] | the manager | only if cancelled by key or with the manager |
 *
 * In addition, a time limit can end any job, and a submission with [ConflictPolicy.REPLACE] cancels the jobs in flight
 * under its key.
 *
 * A body runs with the dispatcher and the context of its scope, in its own [CoroutineScope]: child coroutines belong to
 * the job, which ends when its block and all of them have ended, and fails when one of them fails. A body never
 * inherits the `Job` of a caller. Plain `launch` and `async` on this scope behave as in a supervisor scope.
 *
 * A body starts only after the previous body under its key has ended, unless [ConflictPolicy.ALLOW] is used. A
 * cancelled body is never overtaken: its callers get the outcome at once, its successor waits.
 *
 * Queries, cancellation and the end of a scope are extensions, so that inside `scope { }` a `name` or a `cancel()` is
 * that of the enclosing class: [find], [isInFlight], [snapshot], [activeCount], [joinAll], [cancelAll], [complete],
 * [cancel], [name], [manager]. [scope] is an extension, too, because of its contract.
 *
 * All functions may be called from any thread. Those that do not suspend do not wait for anything.
 *
 * Not meant to be implemented outside the library.
 *
 * @since 0.1
 */
@OffloadDsl
public interface OffloadScope :
    Offload,
    CoroutineScope {
    /**
     * Runs [block] under [key] as a job of this scope, or follows the conflict policy if the key is in flight here.
     *
     * @param key what the work is
     * @param conflict what to do if the key is in flight; null for the setting of its kind, which defaults to
     *   [ConflictPolicy.JOIN] for a keyed key and [ConflictPolicy.REJECT] for others
     * @param timeout how long the body may run; null for the setting of its kind. A joined job keeps its own.
     * @param context added to the context of this scope for the body, such as a dispatcher or a thread-context element
     * @param block the work. It is not used if a job in flight is joined.
     * @return this caller's lease on the new job or on the one in flight
     * @throws IllegalArgumentException if [conflict] is [ConflictPolicy.JOIN] or [ConflictPolicy.NEXT] and the key is
     *   not keyed, if this manager knows another kind of the same name, if the key is that of a [TaskRecorder]'s task,
     *   or if [context] contains a `Job`
     * @throws OffloadRejectedException if a concurrency limit is reached and its queue is full
     * @throws KeyInFlightException if the key is in flight and the policy is [ConflictPolicy.REJECT]
     * @throws ScopeClosedException if this scope accepts no new work
     */
    public fun <T> submit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy? = null,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): OffloadDeferred<T>

    /**
     * As [submit], but returns the outcome of the submission, including a refusal, which is not thrown.
     *
     * @return the outcome, with the lease unless the submission was refused
     * @throws IllegalArgumentException as [submit]
     */
    public fun <T> trySubmit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy? = null,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): Submission<OffloadDeferred<T>>

    /**
     * As [submit], but if a queue is full, suspends until there is room; waiting callers are served in order. An
     * attempt that finds no room is not counted as a submission.
     *
     * In a body that itself holds a permit of one of the limits concerned, it does not wait: room might only become
     * available when that body ends.
     *
     * This function is cancellable; if it is cancelled while it waits, nothing was submitted.
     *
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws OffloadRejectedException in a body that must not wait, as described above
     * @throws KeyInFlightException as [submit]
     * @throws ScopeClosedException as [submit]
     */
    public suspend fun <T> submitWhenRoom(
        key: OffloadKey<T>,
        conflict: ConflictPolicy? = null,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): OffloadDeferred<T>

    /**
     * Takes a lease on the job in flight under [key] in the manager, and starts one with [block] if there is none.
     *
     * The job is cancelled when its last lease is dropped, unless its kind's abandon policy is
     * [finish][dev.offload.AbandonPolicy.finish]. A holder that leaves does not affect the others. A failure is
     * delivered to all holders of the job and not remembered: the next submission runs a new job.
     *
     * The lease is dropped when this scope ends, after the jobs it owns have ended.
     *
     * @param conflict [ConflictPolicy.JOIN], or [ConflictPolicy.NEXT] for the value of a body that starts after this
     *   call
     * @param timeout how long the body may run; null for the setting of its kind. A joined job keeps its own.
     * @param context provides thread-context elements (MDC, traces) for a new job, in addition to those captured by
     *   [scope]; anything else in it, such as the `Job` and the dispatcher of a caller, is ignored
     * @param block the work. It is not used if a job in flight is joined.
     * @return this caller's lease
     * @throws IllegalArgumentException if [conflict] is another policy, if this manager knows another kind of the same
     *   name, or if the key is that of a [TaskRecorder]'s task
     * @throws OffloadRejectedException if a concurrency limit is reached and its queue is full
     * @throws ScopeClosedException if this scope or the manager accepts no new work
     */
    public fun <T> share(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy = ConflictPolicy.JOIN,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): OffloadDeferred<T>

    /**
     * As [share], but returns the outcome of the submission, including a refusal, which is not thrown: because a queue
     * is full, or this scope or the manager accepts no new work.
     *
     * @return the outcome, with the lease unless the submission was refused
     * @throws IllegalArgumentException as [share]
     */
    public fun <T> tryShare(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy = ConflictPolicy.JOIN,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): Submission<OffloadDeferred<T>>

    /**
     * As [share], but if a job has to be started and a queue of the manager is full, suspends until there is room, as
     * [submitWhenRoom] does.
     *
     * This function is cancellable; if it is cancelled while it waits, nothing was submitted.
     *
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws IllegalArgumentException as [share]
     * @throws OffloadRejectedException in a body that must not wait, as for [submitWhenRoom]
     * @throws ScopeClosedException as [share]
     */
    public suspend fun <T> shareWhenRoom(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy = ConflictPolicy.JOIN,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): OffloadDeferred<T>

    /**
     * As [share] followed by [await][OffloadDeferred.await], with a lease that lasts as long as the call: single
     * flight. A new job runs with the thread-context elements of the caller.
     *
     * This function is cancellable. If the calling coroutine is cancelled, it throws [CancellationException] and drops
     * its lease; others waiting for the same job are not affected.
     *
     * @param conflict as for [share]
     * @param timeout as for [share]
     * @param block as for [share]
     * @return the value of the job
     * @throws IllegalArgumentException as [share]
     * @throws ScopeClosedException as [share]
     * @throws dev.offload.OffloadException as [await][OffloadDeferred.await], and as [share]
     */
    public suspend fun <T> call(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy = ConflictPolicy.JOIN,
        timeout: TimeoutPolicy? = null,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): T

    /**
     * Opens a scope under this one whose lifetime is not that of a block. It must be ended with [complete] or [cancel];
     * the scope above waits for it. Its `Job`, in its `coroutineContext`, completes when everything in it has ended.
     * Its bodies run with the context of this scope, plus [context].
     *
     * With a [parent] it is also a child of that `Job`, such as that of a view model, of an application or of
     * `backgroundScope` in a test: when the parent is cancelled or fails, the scope is closed as by [cancel], and the
     * parent completes only when everything in the scope has ended. Nothing propagates upwards: no failure in the scope
     * cancels the parent, not even with [failFast], and code that completes the parent must [complete] or [cancel] the
     * scope, too. If the parent has already completed or been cancelled, the returned scope is closed and accepts no
     * work.
     *
     * If the parent is the `Job` of a body, that body ends after the scope. This is not detected as a wait of the body
     * for the scope: do not let work of the scope wait for that body.
     *
     * @param name as in [scope]
     * @param failFast as in [scope], except that nothing throws the first failure
     * @param concurrency as in [scope]
     * @param timeout cancels the scope and everything in it if it has not ended this long after it was opened; null for
     *   no limit. Only later submissions throw an exception because of it
     * @param parent a `Job` that cancels the scope and waits for it; null for none
     * @param context added to the context of this scope for bodies and plain coroutines of the new one, such as a
     *   dispatcher; jobs of the manager that are started through the new scope get its thread-context elements (MDC,
     *   traces), too
     * @return the open scope
     * @throws IllegalArgumentException if [context] contains a `Job`, or an interceptor that is not a dispatcher; if
     *   [timeout] is not longer than zero, or longer than a `Long` of nanoseconds can hold
     * @throws ScopeClosedException if this scope accepts no new work
     */
    public fun openScope(
        name: String,
        failFast: Boolean = false,
        concurrency: ConcurrencyLimit? = null,
        timeout: Duration? = null,
        parent: Job? = null,
        context: CoroutineContext = EmptyCoroutineContext,
    ): OffloadScope
}
