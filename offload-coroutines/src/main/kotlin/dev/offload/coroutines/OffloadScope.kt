package dev.offload.coroutines

import dev.offload.ConflictPolicy
import dev.offload.JobSnapshot
import dev.offload.KeyInFlightException
import dev.offload.OffloadKey
import dev.offload.ScopeClosedException
import dev.offload.ScopeSnapshot
import dev.offload.Submission
import dev.offload.TimeoutPolicy
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope

/**
 * Owns jobs, and runs each key once at a time.
 *
 * | verb | owner, and domain in which a key is unique | ends early |
 * |---|---|---|
 * | [submit], [trySubmit] | this scope | if it is cancelled by key or by its only holder, or with the scope |
 * | [share] | the manager | also when its last holder leaves |
 * | [call] | the manager | as [share]; the lease lasts as long as the call |
 * | [spawn] | the manager | only if it is cancelled by key, or with the manager |
 *
 * A body runs with the dispatcher and the context of its scope, in a [CoroutineScope] of its own: child coroutines belong
 * to the job, which ends when its block and all of them have ended, and fails when one of them fails. A body never
 * inherits the `Job` of a caller. Plain `launch` and `async` on this scope behave as in a supervisor scope.
 *
 * A body under a key starts only after the one before it under that key has ended, unless [ConflictPolicy.ALLOW] is
 * asked for. A cancelled body is never overtaken: its callers have their answer at once, its successor waits.
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
    /** The manager at the root of this scope. */
    public val manager: OffloadManager

    /** The number of jobs of this scope that are queued, running or being cancelled. */
    public val activeCount: Int

    /**
     * Runs [block] under [key] as a job of this scope, or does what the conflict policy says if the key is in flight
     * here.
     *
     * @param key what the work is
     * @param conflict what to do if the key is in flight; null for the setting of its kind, else [ConflictPolicy.JOIN]
     *   for a keyed key and [ConflictPolicy.REJECT] for others
     * @param timeout how long the body may run; null for the setting of its kind. A joined job keeps its own.
     * @param block the work. It is not used if a job in flight is joined.
     * @return this caller's lease on the new job or on the one in flight
     * @throws IllegalArgumentException if [conflict] is [ConflictPolicy.JOIN] and the key is not keyed, or if this
     *   manager knows another kind of the same name
     * @throws KeyInFlightException if the key is in flight and the policy is [ConflictPolicy.REJECT]
     * @throws ScopeClosedException if this scope takes no new work
     */
    public fun <T> submit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy? = null,
        timeout: TimeoutPolicy? = null,
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
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): Submission<OffloadDeferred<T>>

    /**
     * Takes a lease on the one flight of [key] in the manager, and starts it with [block] if there is none.
     *
     * The job is cancelled when its last lease is dropped, unless its kind's abandon policy is
     * [FINISH][dev.offload.AbandonPolicy.FINISH]. No holder's leaving touches the others. A failure is told to all
     * holders of that flight and not remembered: the next submission runs anew.
     *
     * @param timeout how long the body may run; null for the setting of its kind. A joined job keeps its own.
     * @param block the work. It is not used if a job in flight is joined.
     * @return this caller's lease
     * @throws IllegalArgumentException if this manager knows another kind of the same name
     * @throws ScopeClosedException if the manager takes no new work
     */
    public fun <T> share(
        key: OffloadKey.Keyed<T>,
        timeout: TimeoutPolicy? = null,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): OffloadDeferred<T>

    /**
     * As [share] followed by [await][OffloadDeferred.await], with a lease that lasts as long as the call: single flight.
     *
     * This function is cancellable. If the calling coroutine is cancelled, it throws [CancellationException] and drops
     * its lease; the others who wait for the same flight are not touched.
     *
     * @return the value of the flight
     * @throws IllegalArgumentException as [share]
     * @throws ScopeClosedException as [share]
     * @throws dev.offload.OffloadException as [await][OffloadDeferred.await]
     */
    public suspend fun <T> call(
        key: OffloadKey.Keyed<T>,
        timeout: TimeoutPolicy? = null,
        block: suspend (@OffloadDsl CoroutineScope).() -> T,
    ): T

    /**
     * Looks a job up in this scope, then in the manager. Takes no lease.
     *
     * @return the newest active job under the key, one that is not being cancelled if there is any; null if there is
     *   none
     */
    public fun find(key: OffloadKey<*>): JobSnapshot?

    /** Tells whether a job under [key] is active in this scope or in the manager. Takes no lease. */
    public fun isInFlight(key: OffloadKey<*>): Boolean

    /**
     * Cancels every job under [key] in this scope, whoever holds it. Their callers are told at once; the bodies are asked
     * to end. Does not wait.
     *
     * @return true if this call changed anything
     */
    public fun cancel(key: OffloadKey<*>): Boolean

    /** Takes a picture of the jobs of this scope and its counts. Takes no lease. */
    public fun snapshot(): ScopeSnapshot

    /**
     * Suspends until the bodies of all jobs that this scope had accepted before the call have ended. Jobs accepted later
     * are not waited for. Throws nothing because of how they ended.
     *
     * This function is cancellable; its cancellation touches no job.
     */
    public suspend fun joinAll()

    /**
     * Cancels every job of this scope. The scope stays open. Does not wait.
     *
     * @return how many jobs this call cancelled
     */
    public fun cancelAll(): Int

    /**
     * Closes this scope: it takes no new work, its jobs are cancelled
     * ([SCOPE_CLOSED][dev.offload.CancelReason.SCOPE_CLOSED]), its coroutines too. Does not wait; [joinAll] does.
     * Idempotent.
     */
    public fun cancel()
}
