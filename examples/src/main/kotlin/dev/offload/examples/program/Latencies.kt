package dev.offload.examples.program

import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds

/** Times, to be asked for quantiles. Takes [nanos] over. */
internal class Latencies(private val nanos: LongArray) {
    init {
        nanos.sort()
    }

    /**
     * The quantile of nearest rank, exact: the smallest of the times that at least [percent] percent of all times do
     * not exceed.
     */
    fun percentile(percent: Int): Duration {
        require(percent in 1..100) { "percent must be 1 to 100, but is $percent" }
        require(nanos.isNotEmpty()) { "there are no times" }
        val rank = (nanos.size.toLong() * percent + 99) / 100
        return nanos[(rank - 1).toInt()].nanoseconds
    }
}
