package dev.offload.coroutines

import dev.offload.OffloadConfig
import dev.offload.ShutdownReport
import dev.offload.coroutines.internal.face.ManagerScope
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
 * The root scope, which lives as long as the application: create one, share it, and [shutdown] it at the end.
 *
 * Not meant to be implemented outside the library.
 *
 * @since 0.1
 */
public interface OffloadManager : OffloadScope {
    /**
     * Shuts down this manager: waits at most [grace] for its work to end, cancels what is left, and waits at most
     * [kill] for the cancelled bodies to end. Bodies that have not ended by then are undying: they continue, and are
     * listed in the report; their callers already have the outcome.
     *
     * During the grace period, new work of the manager and new scopes directly under it are refused, except from a body
     * of one of its running jobs. Open scopes continue: they accept their own work, open scopes under them, and
     * [share], [call] and [spawn]. The grace period is over as soon as the last of all these jobs and scopes has ended.
     * After it, everything is refused.
     *
     * If there is a listener, waits at most a second until all events have been delivered to it.
     *
     * Idempotent: a second call reports what it finds. Times are measured by the caller's dispatcher.
     *
     * This function is cancellable. If it is cancelled during the grace period, the manager stays in that state: it
     * refuses work as described above, and nothing is cancelled. If later, it stays closed, with the bodies that have
     * not ended.
     *
     * @param grace how long running work may continue on its own; zero for not at all
     * @param kill how long cancelled bodies may take to end; null for the setting of the manager
     * @throws IllegalArgumentException if [grace] or [kill] is negative
     */
    public suspend fun shutdown(grace: Duration, kill: Duration? = null): ShutdownReport
}

/**
 * Creates a manager.
 *
 * @param config its settings
 * @param context the dispatcher on which bodies run, [Dispatchers.Default] if there is none, and other elements for
 *   their context. If the dispatcher has virtual time, as in `runTest`, time limits follow it. On an unconfined
 *   dispatcher a body runs inside the call that submits it, up to its first suspension.
 * @param listener receives the events of the jobs
 * @param timeSource measures ages and durations in snapshots and reports
 * @param name the name of this scope, in snapshots and messages
 * @param carry the keys of plain context elements (a tenant, a locale) that jobs of the manager inherit from the caller
 *   that starts them, as they inherit thread-context elements; looked up by the key under which the context holds them.
 *   A caller that joins a job does not change it: an element that differs between callers of the same key must be part
 *   of the key's id
 * @throws IllegalArgumentException if [context] contains a `Job` (a manager is a root; end it with
 *   [shutdown][OffloadManager.shutdown]) or an interceptor that is not a dispatcher, or if [carry] contains the key of
 *   the `Job`, the dispatcher or the exception handler
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
 * Runs [block] with this manager and then shuts the manager down, however the block ended, as `use` does with a
 * closeable. A manager is not `AutoCloseable`: `close()` cannot suspend, so it would have to block its thread, or not
 * wait for running work.
 *
 * The shutdown is not cancelled even if the caller is: running work still has the [grace] period. Its report is not
 * returned, only visible through the listener and the log; to get it, call [shutdown][OffloadManager.shutdown].
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
