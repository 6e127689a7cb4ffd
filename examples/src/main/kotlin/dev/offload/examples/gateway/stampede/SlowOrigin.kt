package dev.offload.examples.gateway.stampede

import kotlinx.coroutines.delay
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Duration
import kotlin.time.TimeSource

/** Why there is no page: the origin says so. */
internal class OriginDownException : Exception("the origin is down")

/** The service that makes the pages of one round. It is what the callers of a page wait for, and counts what it is asked. */
internal class SlowOrigin(private val scenario: Scenario, clock: TimeSource) {
    private class Change(val at: Duration, val by: Int)

    private val begin = clock.markNow()
    private val permits = Semaphore(scenario.capacity)
    private val changes = ConcurrentLinkedQueue<Change>()

    /**
     * Makes a page.
     *
     * This function is cancellable. If it is cancelled, the origin does not make the page.
     *
     * @throws OriginDownException while the origin fails
     */
    suspend fun load(page: Int): String {
        changes += Change(begin.elapsedNow(), 1)
        try {
            permits.withPermit { delay(scenario.latency) }
            if (begin.elapsedNow() in scenario.outage) throw OriginDownException()
            return "page $page"
        } finally {
            changes += Change(begin.elapsedNow(), -1)
        }
    }

    /** How many requests it got. */
    val requests: Int get() = changes.count { it.by > 0 }

    /** How many requests were with it, made or waiting: the most within each [step] of the round. */
    fun load(step: Duration): List<Int> {
        val most = IntArray((scenario.time / step).toInt() + 1)
        var now = 0
        var slot = 0
        for (change in changes.sortedBy { it.at }) {
            while (slot < most.size - 1 && change.at >= step * (slot + 1)) most[++slot] = now
            now += change.by
            most[slot] = maxOf(most[slot], now)
        }
        while (slot < most.size - 1) most[++slot] = now
        return most.asList()
    }
}
