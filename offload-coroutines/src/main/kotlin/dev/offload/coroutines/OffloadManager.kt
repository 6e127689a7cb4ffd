package dev.offload.coroutines

import dev.offload.OffloadConfig
import dev.offload.ShutdownReport
import dev.offload.coroutines.internal.ManagerScope
import dev.offload.spi.OffloadListener
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.TimeSource

/**
 * The root scope, of the application's lifetime: make one, share it, [shutdown] it at the end.
 *
 * Not meant to be implemented outside the library.
 *
 * @since 0.1
 */
public interface OffloadManager : OffloadScope {
    /**
     * Ends this manager: lets what it has come to its end for at most [grace], cancels what is left, and waits at most
     * [kill] for the cancelled bodies to end. Bodies that have not ended by then go on, undying, and are named in the
     * report; their callers have their answer.
     *
     * During the grace, new work of the manager and new scopes directly under it are refused, unless a body of one of its
     * running jobs asks for them. Scopes that are open go on: they take work of their own, open scopes under them, and
     * [share], [call] and [spawn]. So the grace is over as soon as the last of all these jobs and scopes has ended. After
     * it, everything is refused.
     *
     * If there is a listener, waits until it was told everything, but not longer than a second.
     *
     * Idempotent: a second call reports on what it finds. The times are those of the caller's dispatcher.
     *
     * This function is cancellable. If it is cancelled during the grace, the manager stays as it is then: it refuses as
     * said above, and nothing is cancelled. After that, it stays closed, with the bodies that have not ended.
     *
     * @param grace how long running work may go on by itself; zero for not at all
     * @param kill how long cancelled bodies may take to end; null for the setting of the manager
     * @throws IllegalArgumentException if [grace] or [kill] is negative
     */
    public suspend fun shutdown(grace: Duration, kill: Duration? = null): ShutdownReport
}

/**
 * Makes a manager.
 *
 * @param config its settings
 * @param context the dispatcher on which bodies run, [Dispatchers.Default] if there is none, and what else their context
 *   shall hold. If the dispatcher has virtual time, as in `runTest`, time limits follow it. On an unconfined dispatcher a
 *   body runs inside the call that submits it, up to its first suspension.
 * @param listener is told what happens to the jobs
 * @param timeSource measures ages and durations in snapshots and reports
 * @param name of this scope, in snapshots and messages
 * @param carry the keys of plain context elements (a tenant, a locale) that jobs of the manager take along from who starts
 *   them, as they take thread-context elements; looked up by the key under which the context holds them. Who joins a job
 *   changes nothing in it: an element that differs from caller to caller of one key has to be part of the key's id
 * @throws IllegalArgumentException if [context] holds a `Job` (a manager is a root, end it with
 *   [shutdown][OffloadManager.shutdown]), or an interceptor that is no dispatcher; if
 *   [carry] names the `Job`, the dispatcher or the exception handler
 * @since 0.1
 */
@JvmSynthetic
public fun OffloadManager(
    config: OffloadConfig = OffloadConfig.defaults(),
    context: CoroutineContext = EmptyCoroutineContext,
    listener: OffloadListener? = null,
    timeSource: TimeSource = TimeSource.Monotonic,
    name: String = "manager",
    carry: Set<CoroutineContext.Key<*>> = emptySet(),
): OffloadManager = ManagerScope.create(config, context, listener, timeSource, name, carry)

/**
 * Runs [block] with this manager and then shuts it down, however the block ended: what `use` is for things that are closed. A
 * manager is no `AutoCloseable`: a `close()` could not suspend, so it would have to block its thread or not to wait for what
 * still runs.
 *
 * The shutdown is not cancelled: also if the caller is, running work has the [grace]. What it would report is left to the
 * listener and the log; who wants the report calls [shutdown][OffloadManager.shutdown].
 *
 * This function is cancellable as far as [block] is.
 *
 * @param grace as for [shutdown][OffloadManager.shutdown]
 * @param kill as for [shutdown][OffloadManager.shutdown]
 * @return what the block returns
 * @throws IllegalArgumentException if [grace] or [kill] is negative; then the block has not run
 * @since 0.1
 */
@JvmSynthetic
@OptIn(ExperimentalContracts::class)
public suspend fun <R> OffloadManager.use(
    grace: Duration,
    kill: Duration? = null,
    block: suspend (OffloadManager) -> R,
): R {
    contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
    require(!grace.isNegative()) { "grace must not be negative, but is $grace" }
    require(kill == null || !kill.isNegative()) { "kill must not be negative, but is $kill" }
    try {
        return block(this)
    } finally {
        withContext(NonCancellable) { shutdown(grace, kill) }
    }
}
