package dev.offload.coroutines.internal

import dev.offload.OffloadKey
import dev.offload.coroutines.OffloadDeferred
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resume

/** A lease that suspends its caller. */
internal class DeferredLease<T>(job: JobCell<T>, joined: Boolean) :
    Lease<T>(job, joined),
    OffloadDeferred<T> {
    override fun key(): OffloadKey<T> = super<Lease>.key()

    override suspend fun await(): T {
        currentCoroutineContext().ensureActive()
        job().markObserved()
        if (!isReady) untilReady()
        return answer()
    }

    private suspend fun untilReady() = suspendCancellableCoroutine { caller ->
        val waiter = AwaitingCaller(this, caller)
        if (await(waiter)) caller.invokeOnCancellation(waiter) else caller.resume(Unit)
    }

    override suspend fun join() {
        currentCoroutineContext().ensureActive()
        job().markObserved()
        job().awaitEnd()
    }
}

/** Suspends until the body of this job has ended. */
internal suspend fun JobCell<*>.awaitEnd() {
    if (hasEnded()) return
    suspendCancellableCoroutine { caller ->
        val waiter = JoiningCaller(this, caller)
        if (join(waiter)) caller.invokeOnCancellation(waiter) else caller.resume(Unit)
    }
}

/** Suspends until the scope is closed and its last job has ended. */
internal suspend fun ScopeCore.awaitTermination() = suspendCancellableCoroutine { caller ->
    val waiter = TerminationCaller(this, caller)
    if (awaitTermination(waiter)) caller.invokeOnCancellation(waiter) else caller.resume(Unit)
}

private class AwaitingCaller(lease: Lease<*>, private val caller: CancellableContinuation<Unit>) :
    LeaseWaiter(lease),
    (Throwable?) -> Unit {
    override fun fire() = caller.resume(Unit)

    override fun invoke(cause: Throwable?) {
        lease().job().takeBack(this)
    }
}

private class JoiningCaller(private val job: JobCell<*>, private val caller: CancellableContinuation<Unit>) :
    Waiter(),
    (Throwable?) -> Unit {
    override fun wantsEnd() = true

    override fun fire() = caller.resume(Unit)

    override fun invoke(cause: Throwable?) {
        job.takeBack(this)
    }
}

private class TerminationCaller(private val scope: ScopeCore, private val caller: CancellableContinuation<Unit>) :
    Waiter(),
    (Throwable?) -> Unit {
    override fun wantsEnd() = true

    override fun fire() = caller.resume(Unit)

    override fun invoke(cause: Throwable?) {
        scope.takeBack(this)
    }
}
