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
 * | verb | owner, and domain in which a key is unique | ends early |
 * |---|---|---|
 * | [submit], [trySubmit], [submitWhenRoom] | this scope | if it is cancelled by key or by the last of its holders, or with the scope |
 * | [share], [tryShare], [shareWhenRoom] | the manager | also when its last holder leaves |
 * | [call] | the manager | as [share]; the lease lasts as long as the call |
 * | [spawn] | the manager | only if it is cancelled by key, or with the manager |
 *
 * Besides, a time limit ends any job, and a submission with [ConflictPolicy.REPLACE] those it meets.
 *
 * A body runs with the dispatcher and the context of its scope, in a [CoroutineScope] of its own: child coroutines belong
 * to the job, which ends when its block and all of them have ended, and fails when one of them fails. A body never
 * inherits the `Job` of a caller. Plain `launch` and `async` on this scope behave as in a supervisor scope.
 *
 * A body under a key starts only after the one before it under that key has ended, unless [ConflictPolicy.ALLOW] is
 * asked for. A cancelled body is never overtaken: its callers have their answer at once, its successor waits.
 *
 * What a scope is asked, and its end, are extensions, so that inside of `scope { }` a `name` or a `cancel()` is that of the
 * class around it: [find], [isInFlight], [snapshot], [activeCount], [joinAll], [cancelAll], [complete], [cancel], [name],
 * [manager]. So is [scope], for the sake of its contract.
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
     * Runs [block] under [key] as a job of this scope, or does what the conflict policy says if the key is in flight
     * here.
     *
     * @param key what the work is
     * @param conflict what to do if the key is in flight; null for the setting of its kind, else [ConflictPolicy.JOIN]
     *   for a keyed key and [ConflictPolicy.REJECT] for others
     * @param timeout how long the body may run; null for the setting of its kind. A joined job keeps its own.
     * @param context added to the context of this scope for the body, as a dispatcher or a thread-context element
     * @param block the work. It is not used if a job in flight is joined.
     * @return this caller's lease on the new job or on the one in flight
     * @throws IllegalArgumentException if [conflict] is [ConflictPolicy.JOIN] or [ConflictPolicy.NEXT] and the key is not
     *   keyed, if this manager knows another kind of the same name, if the key is that of a [TaskRecorder]'s task, or if
     *   [context] holds a `Job`
     * @throws OffloadRejectedException if a concurrency limit is reached and its queue is full
     * @throws KeyInFlightException if the key is in flight and the policy is [ConflictPolicy.REJECT]
     * @throws ScopeClosedException if this scope takes no new work
     */
    public fun <T> submit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy? = null,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): OffloadDeferred<T>

    /**
     * As [submit], but tells what happened and answers a refusal instead of throwing it.
     *
     * @return how the submission was taken, with the lease unless it was refused
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
     * As [submit], but where a queue is full it suspends until there is room, first come first served among those who wait.
     * A try that finds no room is not counted as a submission.
     *
     * In a body that itself holds a permit of one of the limits in question it does not wait: room might need that body's
     * end.
     *
     * This function is cancellable; if it is cancelled while it waits, nothing was submitted.
     *
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws OffloadRejectedException in a body that must not wait, as said above
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
     * Takes a lease on the one flight of [key] in the manager, and starts it with [block] if there is none.
     *
     * The job is cancelled when its last lease is dropped, unless its kind's abandon policy is
     * [finish][dev.offload.AbandonPolicy.finish]. No holder's leaving touches the others. A failure is told to all
     * holders of that flight and not remembered: the next submission runs anew.
     *
     * The lease is dropped by the end of this scope, after the jobs it owns have ended.
     *
     * @param conflict [ConflictPolicy.JOIN], or [ConflictPolicy.NEXT] for a value of a body that began after this call
     * @param timeout how long the body may run; null for the setting of its kind. A joined job keeps its own.
     * @param context where to take thread-context elements from (MDC, traces) that a new job shall run with, beside those that
     *   [scope] captured; anything else in it, as the `Job` and the dispatcher of a caller, is left out
     * @param block the work. It is not used if a job in flight is joined.
     * @return this caller's lease
     * @throws IllegalArgumentException if [conflict] is another policy, if this manager knows another kind of the same name,
     *   or the key is that of a [TaskRecorder]'s task
     * @throws OffloadRejectedException if a concurrency limit is reached and its queue is full
     * @throws ScopeClosedException if this scope or the manager takes no new work
     */
    public fun <T> share(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy = ConflictPolicy.JOIN,
        timeout: TimeoutPolicy? = null,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): OffloadDeferred<T>

    /**
     * As [share], but tells what happened and answers a refusal instead of throwing it: where a queue is full, or this scope
     * or the manager takes no new work.
     *
     * @return how the submission was taken, with the lease unless it was refused
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
     * As [share], but where a flight is to be started and a queue of the manager is full it suspends until there is room,
     * first come first served among those who wait. A try that finds no room is not counted as a submission.
     *
     * In a body that itself holds a permit of one of the limits in question it does not wait: room might need that body's
     * end.
     *
     * This function is cancellable; if it is cancelled while it waits, nothing was submitted.
     *
     * @throws CancellationException if the calling coroutine is cancelled
     * @throws IllegalArgumentException as [share]
     * @throws OffloadRejectedException in a body that must not wait, as said above
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
     * As [share] followed by [await][OffloadDeferred.await], with a lease that lasts as long as the call: single flight. A
     * new job runs with the thread-context elements of the caller.
     *
     * This function is cancellable. If the calling coroutine is cancelled, it throws [CancellationException] and drops
     * its lease; the others who wait for the same flight are not touched.
     *
     * @param conflict as for [share]
     * @param timeout as for [share]
     * @param block as for [share]
     * @return the value of the flight
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
     * Opens a scope under this one for callers without a block around its life. It has to be ended with [complete] or
     * [cancel]; the scope above waits for it. Its `Job`, in its `coroutineContext`, completes when everything in it has
     * ended. Its bodies run with the context of this scope, and what [context] adds.
     *
     * With a [parent] it also is a child of that `Job`, as that of a view model, of an application or of `backgroundScope` in a
     * test: when the parent is cancelled or fails, the scope is closed as by [cancel], and the parent completes only when all
     * in the scope has ended. Nothing goes the other way: no failure in the scope cancels the parent, with [failFast] neither,
     * and who completes the parent has to [complete] or [cancel] the scope, too. If the parent has completed or is cancelled
     * already, the scope is closed when this returns, and takes no work.
     *
     * If the parent is the `Job` of a body, that body ends after the scope. This is not seen as a wait of the body for it: do
     * not let work of the scope wait for that body.
     *
     * @param name as in [scope]
     * @param failFast as in [scope], though the first failure is not thrown by anything
     * @param concurrency as in [scope]
     * @param timeout cancels the scope and all that is in it, when it has not ended this long after it was opened; null for no
     *   limit. Nothing throws an exception for it but what is submitted later
     * @param parent a `Job` that shall cancel the scope and wait for it; null for none
     * @param context added to the context of this scope for bodies and plain coroutines of the new one, as a dispatcher; its
     *   thread-context elements (MDC, traces) are those of jobs of the manager that are started through it, too
     * @return the open scope
     * @throws IllegalArgumentException if [context] holds a `Job`, or an interceptor that is no dispatcher;
     *   if [timeout] is not longer than zero, or longer than a `Long` of nanoseconds can hold
     * @throws ScopeClosedException if this scope takes no new work
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
