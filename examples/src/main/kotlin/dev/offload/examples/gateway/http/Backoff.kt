package dev.offload.examples.gateway.http

import com.github.benmanes.caffeine.cache.Cache
import com.github.benmanes.caffeine.cache.Caffeine
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeMark
import kotlin.time.TimeSource

/**
 * Spares an origin that fails: what could not be renewed is not tried again at once, and after each failure a longer time
 * passes. Safe to use from any thread.
 */
internal class Backoff(private val timeSource: TimeSource) {
    private class Failure(val pause: Duration, val until: TimeMark)

    private val failures: Cache<String, Failure> = Caffeine.newBuilder().maximumSize(MAX_PATHS).build()

    /** Whether it is time to try [path]. */
    fun mayTry(path: String): Boolean = failures.getIfPresent(path)?.until?.hasPassedNow() != false

    /** Notes that it failed, and answers after what time it may be tried again. */
    fun failed(path: String): Duration {
        val failure =
            failures.asMap().compute(path) { _, old ->
                val pause = if (old == null) FIRST else minOf(old.pause * 2, LONGEST)
                Failure(pause, timeSource.markNow() + pause)
            }
        return failure!!.pause
    }

    fun succeeded(path: String) = failures.invalidate(path)

    private companion object {
        val FIRST = 1.seconds
        val LONGEST = 1.minutes
        const val MAX_PATHS = 10_000L
    }
}
