package dev.offload.coroutines.internal

import dev.offload.ConflictPolicy
import dev.offload.JobSnapshot
import dev.offload.OffloadConfig
import dev.offload.OffloadKey
import dev.offload.ScopeSnapshot
import dev.offload.ShutdownReport
import dev.offload.Submission
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.spi.OffloadListener
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withTimeoutOrNull
import java.util.function.LongSupplier
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.TimeSource
import kotlin.time.toKotlinDuration

/** The Kotlin face of a manager's [ScopeCore]. */
@OptIn(InternalCoroutinesApi::class)
internal class ManagerScope(
    private val config: OffloadConfig,
    context: CoroutineContext,
    listener: OffloadListener?,
    timeSource: TimeSource,
    name: String,
) : OffloadManager {
    /** The context of bodies; without a `Job`, because the registry owns them. */
    private val bodyContext: CoroutineContext = Dispatchers.Default + context

    private val dispatcher: CoroutineDispatcher

    /** Set if this manager keeps real time, and then has a timer of its own to stop. */
    private val systemTimer: SystemTimer?
    private val core: ScopeCore

    /** The parent of plain `launch` and `async` on this scope. */
    private val ownJob = SupervisorJob()

    init {
        require(context[Job] == null) {
            "context must not hold a Job: a manager is a root and is ended with shutdown; pass context.minusKey(Job)"
        }
        val interceptor = bodyContext[ContinuationInterceptor]
        require(interceptor is CoroutineDispatcher) {
            "context must hold a CoroutineDispatcher to run bodies on, but holds another ContinuationInterceptor"
        }
        dispatcher = interceptor
        val dispatcherTimer = DispatcherTimer.of(bodyContext)
        systemTimer = if (dispatcherTimer == null) SystemTimer("offload-timer-$name") else null
        core = ScopeCore(name, config, listener, dispatcherTimer ?: systemTimer!!, ticker(timeSource))
        ownJob.invokeOnCompletion(onCancelling = true) { core.close() }
    }

    override val coroutineContext: CoroutineContext = bodyContext + ownJob

    override val manager: OffloadManager get() = this

    override val activeCount: Int get() = core.activeCount().toInt()

    override fun <T> submit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy?,
        timeout: TimeoutPolicy?,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> =
        handle(key, core.submit(key, conflict, timeout, SuspendBody(bodyContext, dispatcher, block)))

    override fun <T> trySubmit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy?,
        timeout: TimeoutPolicy?,
        block: suspend CoroutineScope.() -> T,
    ): Submission<OffloadDeferred<T>> = core
        .submit(key, conflict, timeout, SuspendBody(bodyContext, dispatcher, block))
        .submission { DeferredLease(it.taken(), it.joined()) }

    override fun <T> share(
        key: OffloadKey.Keyed<T>,
        timeout: TimeoutPolicy?,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> = lease(key, timeout, block, observed = false)

    override suspend fun <T> call(
        key: OffloadKey.Keyed<T>,
        timeout: TimeoutPolicy?,
        block: suspend CoroutineScope.() -> T,
    ): T {
        currentCoroutineContext().ensureActive()
        val lease = lease(key, timeout, block, observed = true)
        try {
            return lease.await()
        } finally {
            lease.drop()
        }
    }

    private fun <T> lease(
        key: OffloadKey.Keyed<T>,
        timeout: TimeoutPolicy?,
        block: suspend CoroutineScope.() -> T,
        observed: Boolean,
    ): DeferredLease<T> {
        val inFlight = core.tryJoin(key)
        if (inFlight != null) return DeferredLease(inFlight, true)
        return handle(key, core.share(key, timeout, SuspendBody(bodyContext, dispatcher, block), observed))
    }

    private fun <T> handle(key: OffloadKey<T>, placement: Placement<T>): DeferredLease<T> =
        DeferredLease(placement.jobOrThrow(key, core), placement.joined())

    override fun spawn(label: String, block: suspend CoroutineScope.() -> Unit): OffloadKey.Auto<*> =
        core.spawn(label, SuspendBody<Any?>(bodyContext, dispatcher, block))

    override fun find(key: OffloadKey<*>): JobSnapshot? = core.find(key)

    override fun isInFlight(key: OffloadKey<*>): Boolean = core.isInFlight(key)

    override fun cancel(key: OffloadKey<*>): Boolean = core.cancel(key)

    override fun snapshot(): ScopeSnapshot = core.snapshot()

    override suspend fun joinAll() {
        currentCoroutineContext().ensureActive()
        core.jobs().forEach { it.awaitClosed() }
    }

    override fun cancelAll(): Int = core.cancelAll()

    override fun cancel() {
        core.close()
        ownJob.cancel()
    }

    override suspend fun shutdown(grace: Duration, kill: Duration?): ShutdownReport {
        require(!grace.isNegative()) { "grace must not be negative, but is $grace" }
        require(kill == null || !kill.isNegative()) { "kill must not be negative, but is $kill" }
        val endedBefore = ended()
        core.drain()
        terminatesWithin(grace)
        val cancelled = core.close()
        ownJob.cancel()
        val clean = terminatesWithin(kill ?: config.shutdownKill().toKotlinDuration())
        val undying = core.activeJobs()
        if (clean) systemTimer?.stop()
        val cancelledInTime = cancelled.count { !it.state().isActive }.toLong()
        return ShutdownReport(ended() - endedBefore - cancelledInTime, cancelledInTime, undying)
    }

    private suspend fun terminatesWithin(time: Duration): Boolean =
        core.termination().isClosed || withTimeoutOrNull(time) { core.termination().awaitClosed() } != null

    private fun ended(): Long = core.snapshot().total().run { succeeded() + failed() + cancelled() }
}

private fun ticker(timeSource: TimeSource): LongSupplier {
    if (timeSource == TimeSource.Monotonic) return LongSupplier(System::nanoTime)
    val start = timeSource.markNow()
    return LongSupplier { start.elapsedNow().inWholeNanoseconds }
}
