package dev.offload.benchmarks.spike

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resume

/** A caller's handle on a [MiniCell]. Does not drop its lease. */
class MiniLease(private val cell: MiniCell) {
    /** Suspends until the outcome. */
    suspend fun await(): Any? {
        if (!cell.isDecided) untilDecided()
        return cell.value()
    }

    private suspend fun untilDecided() = suspendCancellableCoroutine { caller ->
        val waiter = MiniWaiter(cell, caller)
        if (cell.await(waiter)) caller.invokeOnCancellation(waiter) else caller.resume(Unit)
    }
}

private class MiniWaiter(private val cell: MiniCell, private val caller: CancellableContinuation<Unit>) :
    Runnable,
    (Throwable?) -> Unit {
    override fun run() = caller.resume(Unit)

    override fun invoke(cause: Throwable?) = cell.takeBack(this)
}
