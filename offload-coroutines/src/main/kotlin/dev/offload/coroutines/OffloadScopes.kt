@file:JvmName("OffloadScopes")

package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.JobSnapshot
import dev.offload.OffloadCycleException
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.OffloadTimeoutException
import dev.offload.ScopeClosedException
import dev.offload.ScopeSnapshot
import dev.offload.coroutines.internal.face.ScopeFace
import kotlinx.coroutines.CancellationException
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.time.Duration

/**
 * Runs [block] in a new scope under this one, and returns when everything that belongs to it has ended: one scope per
 * request, for example.
 *
 * If the block returns, the scope waits for its jobs and its plain coroutines; meanwhile it accepts further work as
 * long as one of its jobs is active. If the block throws, or the caller is cancelled, the jobs are cancelled
 * ([SCOPE_CLOSED][dev.offload.CancelReason.SCOPE_CLOSED]) and waited for. In the end the leases taken with
 * [share][OffloadScope.share] are dropped, and failures of its jobs that nobody awaited are reported.
 *
 * Jobs do not fail the scope: a failure surfaces where the job is awaited, as with
 * [kotlinx.coroutines.supervisorScope]. With [failFast] the first job that fails or times out cancels the others and
 * its failure is thrown by this function, and plain coroutines behave as in [kotlinx.coroutines.coroutineScope].
 *
 * The bodies of jobs owned by this scope run with the context of the caller, dispatcher included, but not with its
 * `Job`.
 *
 * The block runs exactly once, before this function returns: a `val` that it assigns is definitely assigned. Import
 * this function, like the other extensions (`import dev.offload.coroutines.scope`).
 *
 * This function is cancellable.
 *
 * @param name the name of the scope, in snapshots and messages; shown as it is, so put no id in it
 * @param failFast whether one job's failure ends the scope
 * @param concurrency how many jobs of this scope and all under it may run and be queued; null for no limit
 * @param timeout cancels the scope, its block and everything in it if it has not ended this long after it began; null
 *   for no limit. It is measured by the clock of the calling coroutine if that has virtual time
 * @param block the work of the scope
 * @return what the block returns
 * @throws IllegalArgumentException if [timeout] is not longer than zero, or longer than a `Long` of nanoseconds can
 *   hold
 * @throws OffloadTimeoutException if the scope was cancelled by its [timeout]
 * @throws CancellationException if the calling coroutine is cancelled; this function itself throws it in no other
 *   case
 * @throws ScopeClosedException if this scope accepts no new work, or the new one was cancelled: by [cancel], or because
 *   a scope above it or the manager ended
 * @throws OffloadCycleException if it is called in a body, and a job of the new scope waits for that body
 */
@JvmSynthetic
@OptIn(ExperimentalContracts::class)
@Suppress("LEAKED_IN_PLACE_LAMBDA", "WRONG_INVOCATION_KIND") // the compiler does not look into what it is handed to
public suspend fun <R> OffloadScope.scope(
    name: String,
    failFast: Boolean = false,
    concurrency: ConcurrencyLimit? = null,
    timeout: Duration? = null,
    block: suspend OffloadScope.() -> R,
): R {
    contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
    return face.runScoped(name, failFast, concurrency, timeout, block)
}

/** The name, as given; shown as it is, so it should contain no id. */
public val OffloadScope.name: String get() = face.core.name()

/** The manager at the root of this scope. */
public val OffloadScope.manager: OffloadManager get() = face.root

/** The number of jobs of this scope, and of all scopes under it, that are queued, running or being cancelled. */
public val OffloadScope.activeCount: Int get() = face.core.views().activeCount().toInt()

/**
 * Looks a job up in this scope, then in the manager. Takes no lease.
 *
 * @return the newest active job under the key, preferably one that is not being cancelled; null if there is none
 */
public fun OffloadScope.find(key: OffloadKey<*>): JobSnapshot? = face.core.views().find(key)

/** Returns whether a job under [key] is active in this scope or in the manager. Takes no lease. */
public fun OffloadScope.isInFlight(key: OffloadKey<*>): Boolean = face.core.views().isInFlight(key)

/**
 * Cancels every job under [key] in this scope, whoever holds it. Their callers get the outcome at once; the bodies are
 * asked to end. Does not wait.
 *
 * @return true if this call changed anything
 */
public fun OffloadScope.cancel(key: OffloadKey<*>): Boolean = face.core.cancel(key)

/**
 * Cancels every job under [key] in this scope, as [cancel] does, and suspends until their bodies have ended and
 * released whatever they held.
 *
 * This function is cancellable; the jobs stay cancelled.
 *
 * @return true if this call changed anything
 * @throws OffloadCycleException if a body calls it and would wait for itself
 */
public suspend fun OffloadScope.cancelAndJoin(key: OffloadKey<*>): Boolean {
    val jobs = face.core.views().jobs(listOf(key))
    return cancel(key).also { face.join(jobs) }
}

/**
 * Cancels every job of [kind] in this scope and in the scopes under it, whoever holds it. Does not wait. Iterates over
 * all their jobs.
 *
 * @return how many jobs this call cancelled
 */
public fun OffloadScope.cancel(kind: OffloadKind<*, *>): Int = face.core.cancelAll(kind)

/**
 * Cancels the job with this [number][JobSnapshot.number], whichever scope of this manager owns it: for an admin page
 * that shows [snapshot], for example. Does not wait.
 *
 * @return true if this call changed anything; false if the job has ended, or was never shown
 */
public fun OffloadManager.cancelJob(number: Long): Boolean = face.core.cancelJob(number)

/** Returns a snapshot of the jobs of this scope and its counts. Takes no lease. */
public fun OffloadScope.snapshot(): ScopeSnapshot = face.core.views().snapshot()

/**
 * Suspends until the bodies of all jobs that this scope and the scopes under it had accepted before the call have
 * ended. Jobs accepted later are not waited for. Throws nothing because of how they ended.
 *
 * This function is cancellable; cancelling it does not affect any job.
 *
 * @throws OffloadCycleException if a body calls it and would wait for itself
 */
public suspend fun OffloadScope.joinAll(): Unit = face.run { join(core.views().jobs()) }

/**
 * Suspends until the bodies of all jobs that this scope had accepted under one of the [keys] before the call have
 * ended. As [joinAll], but without jobs of the scopes under this one, whose keys are separate.
 *
 * This function is cancellable; cancelling it does not affect any job.
 *
 * @throws OffloadCycleException if a body calls it and would wait for itself
 */
public suspend fun OffloadScope.joinAll(keys: Collection<OffloadKey<*>>): Unit =
    face.run { join(core.views().jobs(keys)) }

/**
 * Cancels every job of this scope and of the scopes under it. The scopes stay open. Does not wait.
 *
 * @return how many jobs this call cancelled
 */
public fun OffloadScope.cancelAll(): Int = face.core.cancelAll()

/**
 * Starts the end of this scope: accepted work continues, and the scope closes at the moment its last job ends. Until
 * then it accepts further work. Does not wait. Idempotent.
 */
public fun OffloadScope.complete() {
    face.completeScope()
}

/**
 * Closes this scope and those under it: they accept no new work, and their jobs
 * ([SCOPE_CLOSED][dev.offload.CancelReason.SCOPE_CLOSED]) and coroutines are cancelled. Does not wait; [joinAll] does.
 * Idempotent.
 */
public fun OffloadScope.cancel() {
    face.core.close()
}

/** Its own methods are not part of [OffloadScope], so that they hide nothing where that is the receiver. */
private val OffloadScope.face: ScopeFace
    get() = requireNotNull(this as? ScopeFace) { "the scope must be one that offload made, but is of $javaClass" }
