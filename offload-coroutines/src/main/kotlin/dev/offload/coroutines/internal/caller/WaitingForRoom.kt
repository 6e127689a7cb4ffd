package dev.offload.coroutines.internal.caller

import dev.offload.OffloadKey
import dev.offload.coroutines.internal.body.blockingThread
import dev.offload.coroutines.internal.dispatch.Resumption
import dev.offload.coroutines.internal.job.ScopeCore
import dev.offload.coroutines.internal.limits.RoomWaiter
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resume

/**
 * Suspends until there is room for a submission under [key], and then calls [attempt]; repeats until that returns a
 * result.
 */
internal suspend fun <R : Any> ScopeCore.whenRoom(key: OffloadKey<*>, attempt: () -> R?): R {
    val waiter = WaitingForRoom(this, key)
    try {
        while (true) {
            blockingThread { waiter.untilTold() }
            attempt()?.let { return it }
        }
    } finally {
        submissions().leaveRoom(key, waiter)
    }
}

private class WaitingForRoom(private val core: ScopeCore, private val key: OffloadKey<*>) : RoomWaiter() {
    private var caller: CancellableContinuation<Unit>? = null
    private var resumption = Resumption.FOREIGN

    suspend fun untilTold() = suspendCancellableCoroutine { continuation ->
        val again = caller != null
        caller = continuation
        resumption = Resumption.of(continuation.context)
        if (!core.submissions().awaitRoom(key, this, again)) continuation.resume(Unit)
    }

    override fun fire() = caller!!.tell(Result.success(Unit), core.engine().side, resumption)
}
