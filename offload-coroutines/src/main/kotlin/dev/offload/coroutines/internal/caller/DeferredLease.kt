package dev.offload.coroutines.internal.caller

import dev.offload.OffloadCycleException
import dev.offload.OffloadKey
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.internal.body.waitingFor
import dev.offload.coroutines.internal.body.waitsUnseen
import dev.offload.coroutines.internal.completion.Completion
import dev.offload.coroutines.internal.completion.Completions
import dev.offload.coroutines.internal.dispatch.Resumption
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.job.Lease
import dev.offload.coroutines.internal.job.LeaseCompletion
import dev.offload.coroutines.internal.job.ScopeCore
import dev.offload.coroutines.internal.job.WaitEdge
import dev.offload.coroutines.internal.threads.SideThreads
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resume

/** A lease whose caller suspends. */
internal class DeferredLease<T>(job: JobCell<T>, joined: Boolean) :
    Lease<T>(job, joined),
    OffloadDeferred<T> {
    override fun key(): OffloadKey<T> = super<Lease>.key()

    private val side get() = job().scope().engine().side

    /**
     * Its frame holds almost nothing, as one is made for each wait: what a wait of a body needs is in a separate frame.
     */
    override suspend fun await(): T {
        currentCoroutineContext().ensureActive()
        job().markObserved()
        if (!isReady) if (currentCoroutineContext().waitsUnseen()) untilReady(null) else untilReadyAsSeen()
        val failure =
            try {
                return answer()
            } catch (e: Throwable) {
                e
            }
        throwAtCaller(failure)
    }

    private suspend fun untilReadyAsSeen() = waitingFor(target()) { untilReady(it) }

    /** Returns a value, not `Unit`: so it is a tail call, which needs no frame of its own. */
    private suspend fun untilReady(edge: WaitEdge?): Any? = suspendCancellableCoroutine<Any?> { caller ->
        val waiter = AwaitingCaller(this, caller, edge)
        if (register(waiter)) {
            caller.invokeOnCancellation(waiter)
            edge?.onRefused(waiter::refused)
            edge?.letGo()
        } else {
            caller.resume(null)
        }
    }

    override suspend fun join() {
        currentCoroutineContext().ensureActive()
        job().markObserved()
        if (!job().hasFired()) waitingFor(job().endTarget()) { job().awaitFired(side, it) }
    }
}

/** Suspends until these have fired: for a job, until its body has ended; for a scope, until its last job has. */
internal suspend fun Completions.awaitFired(side: SideThreads, edge: WaitEdge? = null) {
    if (hasFired()) return
    suspendCancellableCoroutine { caller ->
        val waiter = ClosedCaller(this, caller, side, edge)
        if (push(waiter)) {
            caller.invokeOnCancellation(waiter)
            edge?.onRefused(waiter::refused)
            edge?.letGo()
        } else {
            caller.resume(Unit)
        }
    }
}

/** Suspends until the bodies of these jobs have ended. */
internal suspend fun List<JobCell<*>>.awaitEnds(core: ScopeCore) {
    waitingFor({ to -> forEach { it.endTarget().eachPart(to) } }) { edge ->
        forEach { it.awaitFired(core.engine().side, edge) }
    }
}

/** Suspends until the scope has ended, and everything in it. */
internal suspend fun ScopeCore.awaitEnd(edge: WaitEdge? = null) = termination().awaitFired(engine().side, edge)

private class AwaitingCaller(
    lease: Lease<*>,
    private val caller: CancellableContinuation<Any?>,
    private val edge: WaitEdge?,
) : LeaseCompletion(lease),
    (Throwable?) -> Unit {
    private val resumption = Resumption.of(caller.context)

    private val side get() = lease().job().scope().engine().side

    override fun fire() = caller.tell(Result.success(null), side, resumption)

    fun refused(because: OffloadCycleException) {
        if (lease().job().takeBack(this)) caller.tell(Result.failure(because), side, resumption)
    }

    override fun invoke(cause: Throwable?) {
        edge?.close()
        lease().job().takeBack(this)
    }
}

private class ClosedCaller(
    private val stack: Completions,
    private val caller: CancellableContinuation<Unit>,
    private val side: SideThreads,
    private val edge: WaitEdge?,
) : Completion(),
    (Throwable?) -> Unit {
    override fun wantsEnd() = true

    private val resumption = Resumption.of(caller.context)

    override fun fire() = caller.tell(Result.success(Unit), side, resumption)

    fun refused(because: OffloadCycleException) {
        if (stack.takeBack(this)) caller.tell(Result.failure(because), side, resumption)
    }

    override fun invoke(cause: Throwable?) {
        edge?.close()
        stack.takeBack(this)
    }
}
