package dev.offload.coroutines.hostile

import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.TimeMark
import kotlin.time.TimeSource

/** A clock that throws once, when it was armed: at the given number of reads from then on. */
class HostileClock : TimeSource {
    private val left = AtomicInteger(-1)

    val hasThrown get() = left.get() < 0

    fun arm(reads: Int) = left.set(reads)

    private fun read() {
        if (left.get() >= 0 && left.getAndDecrement() == 0) error("no time")
    }

    override fun markNow(): TimeMark {
        read()
        val mark = TimeSource.Monotonic.markNow()
        return object : TimeMark {
            override fun elapsedNow(): Duration {
                read()
                return mark.elapsedNow()
            }
        }
    }
}
