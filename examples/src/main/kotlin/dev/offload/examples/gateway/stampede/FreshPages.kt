package dev.offload.examples.gateway.stampede

import java.util.concurrent.ConcurrentHashMap
import kotlin.time.ComparableTimeMark
import kotlin.time.Duration
import kotlin.time.TimeSource

/** Pages, and since when they are there. Safe to use from any thread. */
internal class FreshPages(private val ttl: Duration, private val clock: TimeSource.WithComparableMarks) {
    private class Stored(val text: String, val since: ComparableTimeMark)

    private val pages = ConcurrentHashMap<Int, Stored>()

    /** The page if it is fresh. */
    fun fresh(page: Int): String? = pages[page]?.takeIf { it.since.elapsedNow() < ttl }?.text

    /** The page, however old it is. */
    fun any(page: Int): String? = pages[page]?.text

    operator fun set(page: Int, text: String) {
        pages[page] = Stored(text, clock.markNow())
    }
}
