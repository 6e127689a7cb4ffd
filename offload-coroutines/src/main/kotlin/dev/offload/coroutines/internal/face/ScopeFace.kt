package dev.offload.coroutines.internal.face

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.OffloadKey
import dev.offload.Submission
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.internal.body.BodyContext
import dev.offload.coroutines.internal.body.CallDepth
import dev.offload.coroutines.internal.body.SuspendBody
import dev.offload.coroutines.internal.body.currentJob
import dev.offload.coroutines.internal.body.requireNoJob
import dev.offload.coroutines.internal.body.requireScopeContext
import dev.offload.coroutines.internal.body.unwinding
import dev.offload.coroutines.internal.caller.DeferredLease
import dev.offload.coroutines.internal.caller.awaitEnds
import dev.offload.coroutines.internal.caller.whenRoom
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.job.Placement
import dev.offload.coroutines.internal.job.ScopeCore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration

/** The Kotlin face of a [ScopeCore]: what managers and other scopes have in common. */
internal abstract class ScopeFace(val core: ScopeCore) :
    OffloadScope,
    FaceOf {
    /** The context of the bodies this scope owns. */
    abstract val bodies: BodyContext

    /** The context of the bodies the manager owns. */
    protected abstract val managerBodies: BodyContext

    /** The context this scope captured for jobs of the manager that are started through it. */
    protected open val carried: CoroutineContext get() = EmptyCoroutineContext

    abstract val root: OffloadManager

    abstract fun completeScope()

    override fun <T> submit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy?,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> = handle(key, core.submissions().submit(key, conflict, timeout, ownBody(key, context, block)))

    override fun <T> trySubmit(
        key: OffloadKey<T>,
        conflict: ConflictPolicy?,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): Submission<OffloadDeferred<T>> = core
        .submissions().submit(key, conflict, timeout, ownBody(key, context, block))
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
        return whenRoom(key) { core.submissions().submitIfRoom(key, conflict, timeout, body) }
    }

    /** Submits as soon as the queue is not full. */
    private suspend fun <T> whenRoom(key: OffloadKey<T>, submit: () -> Placement<T>): DeferredLease<T> {
        val first = submit()
        if (!first.mayWaitForRoom(currentCoroutineContext().currentJob(), key)) return handle(key, first)
        val placement = first.by().whenRoom(key) { submit().takeIf { it.how() != Placement.How.QUEUE_FULL } }
        return handle(key, placement)
    }

    override fun <T> share(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> = lease(key, conflict, timeout, observed = false, {
        carried + context
    }, block).also { core.submissions().keep(it) }

    override fun <T> tryShare(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): Submission<OffloadDeferred<T>> = core
        .submissions().share(key, conflict, timeout, managerBody(key, carried + context, block))
        .submission { placed -> DeferredLease(placed.taken(), placed.joined()).also { core.submissions().keep(it) } }

    override suspend fun <T> shareWhenRoom(
        key: OffloadKey.Keyed<T>,
        conflict: ConflictPolicy,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): OffloadDeferred<T> {
        currentCoroutineContext().ensureActive()
        val body = managerBody(key, carried + context, block)
        return whenRoom(key) {
            core.submissions().shareIfRoom(key, conflict, timeout, body)
        }.also { core.submissions().keep(it) }
    }

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
        val inFlight = if (conflict == ConflictPolicy.JOIN) core.submissions().tryJoin(key) else null
        if (inFlight != null) return DeferredLease(inFlight, joined = true)
        val body = managerBody(key, context(), block)
        val submissions = core.submissions()
        return handle(
            key,
            if (observed) {
                submissions.call(
                    key,
                    conflict,
                    timeout,
                    body,
                )
            } else {
                submissions.share(key, conflict, timeout, body)
            },
        )
    }

    private fun <T> managerBody(
        key: OffloadKey<T>,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): SuspendBody<T> = managerBodies.run { body(key.kind().name(), takenFrom(context), block) }

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
        core.submissions().spawn(label, managerBodies.run { body<Any?>(label, takenFrom(carried + context), block) })

    suspend fun join(jobs: List<JobCell<*>>) {
        currentCoroutineContext().ensureActive()
        jobs.awaitEnds(core)
    }

    suspend fun <R> runScoped(
        name: String,
        failFast: Boolean,
        concurrency: ConcurrencyLimit?,
        timeout: Duration?,
        block: suspend OffloadScope.() -> R,
    ): R {
        val options = ScopeSettings(failFast, timeout)
        val context = currentCoroutineContext()
        context.ensureActive()
        val depth = CallDepth.below(context)
        return if (depth.isDeep) {
            unwinding { runScope(core.open(name, failFast, concurrency), options, depth, this, block) }
        } else {
            runScope(core.open(name, failFast, concurrency), options, depth, this, block)
        }
    }

    override fun openScope(
        name: String,
        failFast: Boolean,
        concurrency: ConcurrencyLimit?,
        timeout: Duration?,
        parent: Job?,
        context: CoroutineContext,
    ): OffloadScope {
        val options = ScopeSettings(failFast, timeout)
        context.requireScopeContext()
        val opened = core.open(name, failFast, concurrency)
        try {
            return openScope(opened, options, parent, context, this)
        } catch (e: Throwable) { // from an element of the context: the scope was not handed out, so nobody could end it
            opened.close()
            throw e
        }
    }

    override fun child(core: ScopeCore, context: CoroutineContext) = ChildScope(core, root, managerBodies, context)
}
