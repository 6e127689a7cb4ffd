package dev.offload.coroutines.internal.caller

import dev.offload.OffloadCycleException
import dev.offload.coroutines.internal.body.cancellation
import dev.offload.coroutines.internal.body.waitingFor
import dev.offload.coroutines.internal.dispatch.Resumption
import dev.offload.coroutines.internal.job.Lease
import dev.offload.coroutines.internal.job.LeaseCompletion
import dev.offload.coroutines.internal.job.WaitEdge
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.suspendCancellableCoroutine
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference
import java.util.function.BooleanSupplier
import kotlin.coroutines.resume

/** Suspends until all of [leases] have a value, or the first one has failed or was dropped. */
internal suspend fun <T> awaitAllOf(leases: List<DeferredLease<T>>): List<T> {
    val context = currentCoroutineContext()
    context.ensureActive()
    for (lease in leases) lease.job().markObserved()
    val open = leases.filterNot { it.isReady }
    val failed = leases.firstOrNull { it.isReady && it.hasNoValue() }
    failed?.throwAtCaller()
    if (open.isNotEmpty()) {
        val wait = AwaitingAll(open, context.cancellation())
        try {
            waitingFor({ to -> open.forEach { it.target().eachPart(to) } }, wait) { wait.untilReady(it) }
        } finally {
            wait.takeBack()
        }
        wait.firstFailed?.throwAtCaller()
    }
    return leases.map { it.answer() }
}

private suspend fun Lease<*>.throwAtCaller() {
    runCatching { answer() }.onFailure { throwAtCaller(it) }
}

/** Whether the result is an exception. Only valid once it is ready. */
private fun Lease<*>.hasNoValue() = isDropped || job().failure() != null

/**
 * A wait for several leases, which ends with the last value or with the first failure.
 *
 * | end                  | the wait                              | the caller then gets                          |
 * |----------------------|---------------------------------------|-----------------------------------------------|
 * | null                 | continues; [left] leases have no value |                                              |
 * | a lease              | is over: that one failed first        | its failure                                   |
 * | this                 | is over: the last value came          | the values                                    |
 * | an exception         | is over: it would wait for itself     | that                                          |
 *
 * The thread that sets [end] resumes the caller: another thread, or the caller before it suspends. From then on the
 * wait does not count.
 */
private class AwaitingAll(private val leases: List<DeferredLease<*>>, private val cancellation: BooleanSupplier) :
    BooleanSupplier,
    (Throwable?) -> Unit {
    private val left = AtomicInteger(leases.size)
    private val end = AtomicReference<Any?>()
    private val waiters = arrayOfNulls<One>(leases.size)
    private val side = leases.first().job().scope().engine().side
    private lateinit var caller: CancellableContinuation<Any?>
    private var edge: WaitEdge? = null
    private var resumption = Resumption.FOREIGN

    val firstFailed get() = end.get() as? DeferredLease<*>

    /** Whether it is over; called under the lock of the waits. */
    override fun getAsBoolean() = end.get() != null || cancellation.asBoolean

    suspend fun untilReady(edge: WaitEdge?): Any? = suspendCancellableCoroutine<Any?> { caller ->
        this.caller = caller
        this.edge = edge
        resumption = Resumption.of(caller.context)
        for (i in leases.indices) {
            if (end.get() != null) break
            val one = One(leases[i]).also { waiters[i] = it }
            if (!leases[i].register(one) && endsWith(leases[i])) caller.resume(null)
        }
        caller.invokeOnCancellation(this)
        edge?.onRefused(::refused)
        edge?.letGo()
    }

    /** A lease is ready: true if that ends the wait. */
    private fun endsWith(lease: DeferredLease<*>) = when {
        lease.hasNoValue() -> end.compareAndSet(null, lease)
        left.decrementAndGet() == 0 -> end.compareAndSet(null, this)
        else -> false
    }

    private fun refused(because: OffloadCycleException) {
        if (end.compareAndSet(null, because)) tell(Result.failure(because))
    }

    private fun tell(answer: Result<Any?>) {
        edge?.close()
        caller.tell(answer, side, resumption)
    }

    /** The caller was cancelled. */
    override fun invoke(cause: Throwable?) {
        edge?.close()
    }

    /** Removes this wait from jobs that are still running. */
    fun takeBack() {
        for (waiter in waiters) waiter?.let { it.lease().job().takeBack(it) }
    }

    private inner class One(private val of: DeferredLease<*>) : LeaseCompletion(of) {
        override fun fire() {
            if (endsWith(of)) tell(Result.success(null))
        }
    }
}
