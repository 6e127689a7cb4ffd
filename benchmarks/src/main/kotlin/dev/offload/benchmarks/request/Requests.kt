package dev.offload.benchmarks.request

import kotlinx.coroutines.yield
import org.slf4j.MDC

/**
 * Serves requests as a server has them. Each makes two loads that others share who want the same, two of its own, and
 * starts a write that outlives it. Of each of these five parts 50 may run at a time, for 5 seconds at most; all log with the
 * diagnostic context of the request.
 */
interface Requests {
    /** Begins to serve a request, and returns; [done] is run when all its loads are there. */
    fun accept(id: Int, done: Runnable)

    companion object {
        /** How many of each part may run at a time. */
        const val AT_A_TIME = 50

        /** How long a part may take. */
        const val SECONDS = 5L

        /** How many different ids the shared loads are of. */
        const val SHARED_IDS = 8

        /** What a request logs with. */
        @JvmStatic
        fun logContext(id: Int): Map<String, String> = mapOf("request" to id.toString())

        /** The server of this name: that of the method in [WholeRequest] that measures it. */
        @JvmStatic
        fun named(side: String): Requests {
            MDC.clear() // makes the logging ready, which is better done by one thread than by those that serve
            return when (side) {
                "offload" -> OffloadRequests()
                "byHand" -> RequestsByHand()
                "byHandWithLeases" -> RequestsWithLeases()
                "virtualThreads" -> VirtualThreadRequests()
                else -> throw IllegalArgumentException("nobody serves requests by the name of $side")
            }
        }
    }
}

/** What a part does: it waits once, as for an answer that is there soon. */
internal suspend fun part(id: Int): Int {
    yield()
    return id
}
