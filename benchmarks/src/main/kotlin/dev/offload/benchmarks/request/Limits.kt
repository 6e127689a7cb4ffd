package dev.offload.benchmarks.request

import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.withTimeout
import kotlin.time.Duration.Companion.seconds

/** The limits of each part of a request, by hand. */
internal class Limits {
    val user = PartLimit()
    val prices = PartLimit()
    val history = PartLimit()
    val cart = PartLimit()
    val audit = PartLimit()
}

/** How many may run, and for how long. */
internal class PartLimit {
    private val permits = Semaphore(Requests.AT_A_TIME)
    private val time = Requests.SECONDS.seconds

    /** Waits for a permit, then runs [block] in time. */
    suspend fun <T> within(block: suspend () -> T): T = permits.withPermit { withTimeout(time) { block() } }
}
