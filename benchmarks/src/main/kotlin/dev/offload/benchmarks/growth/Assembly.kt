package dev.offload.benchmarks.growth

import kotlinx.coroutines.CompletableDeferred
import java.util.concurrent.atomic.AtomicInteger

/** A gate that opens when all who are expected have come: until then nothing ends, so queues get as long as they can. */
internal class Assembly(expected: Int) {
    private val missing = AtomicInteger(expected)
    private val complete = CompletableDeferred<Unit>()

    fun arrive() {
        if (missing.decrementAndGet() == 0) complete.complete(Unit)
    }

    suspend fun await() = complete.await()
}
