package dev.offload.coroutines.internal

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.OffloadKey
import dev.offload.Submission
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/** The Kotlin face of a [ScopeCore]: what manager and other scopes have in common. */
internal abstract class ScopeFace(val core: ScopeCore) : OffloadScope {
    /** The context of the bodies this scope owns. */
    abstract val bodies: BodyContext

    /** The context of the bodies the manager owns. */
    protected abstract val managerBodies: BodyContext

    /** What this scope captured for jobs of the manager that are started through it. */
    protected open val carried: CoroutineContext get() = EmptyCoroutineContext

    abstract val root: OffloadManager

    abstract fun completeScope()

    override fun <T> submit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy?,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> = handle(key, core.submit(key, conflict, timeout, ownBody(key, context, block)))

    override fun <T> trySubmit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy?,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): Submission<OffloadDeferred<T>> = core
        .submit(key, conflict, timeout, ownBody(key, context, block))
        .submission { DeferredLease(it.taken(), it.joined()) }

    override suspend fun <T> submitWhenRoom(
        key: OffloadKey<T>,
        conflict: ConflictPolicy?,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> {
        currentCoroutineContext().ensureActive()
        val body = ownBody(key, context, block)
        val first = core.submitIfRoom(key, conflict, timeout, body)
        if (first.how() != Placement.How.QUEUE_FULL) return handle(key, first)
        if (core.isHeldUpBy(currentCoroutineContext().currentJob(), key)) first.jobOrThrow(key)
        val placement = core.whenRoom(key) {
            core.submitIfRoom(key, conflict, timeout, body).takeIf { it.how() != Placement.How.QUEUE_FULL }
        }
        return handle(key, placement)
    }

    override fun <T> share(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> =
        lease(key, conflict, timeout, observed = false, { carried + context }, block).also { core.keep(it) }

    override suspend fun <T> call(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy,
        timeout: TimeoutPolicy?,
        block: suspend CoroutineScope.() -> T,
    ): T {
        val caller = currentCoroutineContext()
        caller.ensureActive()
        val lease = lease(key, conflict, timeout, observed = true, { caller }, block)
        try {
            return lease.await()
        } finally {
            lease.leave()
        }
    }

    private inline fun <T> lease(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy,
        timeout: TimeoutPolicy?,
        observed: Boolean,
        context: () -> CoroutineContext,
        noinline block: suspend CoroutineScope.() -> T,
    ): DeferredLease<T> {
        val inFlight = if (conflict == ConflictPolicy.JOIN) core.tryJoin(key) else null
        if (inFlight != null) return DeferredLease(inFlight, true)
        val body = managerBodies.body(key.kind().name(), context().threadElements(), block)
        return handle(key, core.share(key, conflict, timeout, body, observed))
    }

    private fun <T> ownBody(
        key: OffloadKey<T>,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): SuspendBody<T> = bodies.body(key.kind().name(), context.requireNoJob(), block)

    private fun <T> handle(key: OffloadKey<T>, placement: Placement<T>): DeferredLease<T> =
        DeferredLease(placement.jobOrThrow(key), placement.joined())

    override fun spawn(
        label: String,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> Unit,
    ): OffloadKey.Auto<*> =
        core.spawn(label, managerBodies.body<Any?>(label, (carried + context).threadElements(), block))

    suspend fun joinJobs() {
        currentCoroutineContext().ensureActive()
        core.jobs().awaitEnds(core)
    }

    override suspend fun <R> scope(
        name: String,
        failFast: Boolean,
        concurrency: ConcurrencyLimit?,
        block: suspend OffloadScope.() -> R,
    ): R {
        val context = currentCoroutineContext()
        context.ensureActive()
        val depth = CallDepth.below(context)
        if (!depth.isDeep) return runScope(core.open(name, failFast, concurrency), failFast, depth, ::child, block)
        unwindStack()
        context.ensureActive()
        val outcome = runCatching { runScope(core.open(name, failFast, concurrency), failFast, depth, ::child, block) }
        // The callers of a chain that has suspended go on inside each other's calls: the way out is as deep as the way in.
        unwindStack()
        return outcome.getOrThrow()
    }

    override fun openScope(name: String, failFast: Boolean, concurrency: ConcurrencyLimit?): OffloadScope =
        openScope(core.open(name, failFast, concurrency), failFast, ::child)

    private fun child(core: ScopeCore, context: CoroutineContext) = ChildScope(core, root, managerBodies, context)
}
