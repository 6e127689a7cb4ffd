package dev.offload.coroutines.internal.face

import dev.offload.OffloadConfig
import dev.offload.ShutdownReport
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.internal.body.BodyContext
import dev.offload.coroutines.internal.caller.awaitEnd
import dev.offload.coroutines.internal.dispatch.DispatcherTimer
import dev.offload.coroutines.internal.job.Engine
import dev.offload.coroutines.internal.job.ScopeCore
import dev.offload.coroutines.internal.job.Shutdown
import dev.offload.coroutines.internal.time.SystemTimer
import dev.offload.spi.OffloadListener
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.util.function.LongSupplier
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.TimeSource
import kotlin.time.toKotlinDuration

/** The face of the root scope. */
internal class ManagerScope private constructor(
    private val config: OffloadConfig,
    override val bodies: BodyContext,
    val systemTimer: SystemTimer?,
    core: ScopeCore,
) : ScopeFace(core),
    OffloadManager {
    /** The parent of plain `launch` and `async` on this scope. */
    private val ownJob = SupervisorJob()

    init {
        core.face(this)
        onCancelling(ownJob) { core.close() }
        core.onClose { ownJob.cancel() }
    }

    override val managerBodies: BodyContext get() = bodies

    override val coroutineContext: CoroutineContext = bodies.all + ownJob

    override val root: OffloadManager get() = this

    override fun completeScope() {
        ownJob.complete()
        ownJob.invokeOnCompletion { core.complete() }
    }

    override suspend fun shutdown(grace: Duration, kill: Duration?): ShutdownReport {
        require(!grace.isNegative()) { "grace must not be negative, but is $grace" }
        require(kill == null || !kill.isNegative()) { "kill must not be negative, but is $kill" }
        val shutdown = Shutdown.begin(core)
        terminatesWithin(grace)
        shutdown.cancelRest()
        val clean = terminatesWithin(kill ?: config.shutdownKill().toKotlinDuration())
        shutdown.noteUndying()
        listenerIsTold()
        if (clean) systemTimer?.stop()
        return shutdown.report()
    }

    /** A listener that blocks must not block this. It runs in real time, so the wait is in real time, too. */
    private suspend fun listenerIsTold() {
        val told = CompletableDeferred<Unit>()
        core.engine().afterNews { told.complete(Unit) }
        if (told.isCompleted) return
        withContext(Dispatchers.Default) { withTimeoutOrNull(Engine.LAST_NEWS.toKotlinDuration()) { told.await() } }
    }

    private suspend fun terminatesWithin(time: Duration): Boolean =
        core.termination().hasFired() || withTimeoutOrNull(time) { core.awaitEnd() } != null

    companion object {
        fun create(
            config: OffloadConfig,
            context: CoroutineContext,
            listener: OffloadListener?,
            timeSource: TimeSource,
            name: String,
            carry: Set<CoroutineContext.Key<*>>,
        ): ManagerScope {
            val bodies = checkedBodies(context, carry)
            val dispatcherTimer = DispatcherTimer.of(bodies.all)
            val systemTimer = if (dispatcherTimer == null) SystemTimer("offload-timer-$name") else null
            val engine = Engine(name, config, listener, dispatcherTimer ?: systemTimer!!, ticker(timeSource))
            return ManagerScope(config, bodies, systemTimer, engine.root())
        }

        /** A face for a manager that has its own timer. */
        fun over(core: ScopeCore, context: CoroutineContext): ManagerScope =
            ManagerScope(core.engine().config, checkedBodies(context, emptySet()), null, core)

        private fun checkedBodies(context: CoroutineContext, carry: Set<CoroutineContext.Key<*>>): BodyContext {
            require(context[Job] == null) {
                "context must not hold a Job: a manager is a root and is ended with shutdown; pass context.minusKey(Job)"
            }
            for (own in listOf(Job, ContinuationInterceptor, CoroutineExceptionHandler)) {
                require(own !in carry) {
                    "carry must not hold ${own.javaClass.name}: a job of the manager has the manager's, or its own"
                }
            }
            val bodies = BodyContext(context, carry.toSet())
            require(bodies.all[ContinuationInterceptor] is CoroutineDispatcher) {
                "context must hold a CoroutineDispatcher to run bodies on, but holds another ContinuationInterceptor"
            }
            return bodies
        }
    }
}

@OptIn(InternalCoroutinesApi::class)
private fun onCancelling(job: Job, action: () -> Unit) {
    job.invokeOnCompletion(onCancelling = true) { cause -> if (cause != null) action() }
}

private fun ticker(timeSource: TimeSource): LongSupplier {
    if (timeSource == TimeSource.Monotonic) return LongSupplier(System::nanoTime)
    val start = timeSource.markNow()
    return LongSupplier { start.elapsedNow().inWholeNanoseconds }
}
