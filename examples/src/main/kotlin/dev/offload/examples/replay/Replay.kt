package dev.offload.examples.replay

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.LongAdder
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.measureTime

/**
 * Replays a log once: [workers] coroutines take one request after the other and wait for its page. No pause is made for
 * the times in the log.
 */
internal class Replay(private val log: AccessLog, private val workers: Int) {
    private val taken = AtomicInteger()
    private val succeeded = LongAdder()
    private val failed = LongAdder()
    private val nanos = LongArray(log.requests)

    /** How many requests have been answered so far, well or badly. */
    val done: Long get() = succeeded.sum() + failed.sum()

    /** Makes all requests, of [pages], and tells what became of them. To be called once. */
    suspend fun run(pages: Pages): Calls {
        val time =
            measureTime {
                withContext(Dispatchers.Default) {
                    repeat(minOf(workers, log.requests)) { launch { work(pages) } }
                }
            }
        return Calls(succeeded.sum(), failed.sum(), Latencies(nanos), time)
    }

    private suspend fun work(pages: Pages) {
        while (true) {
            val index = taken.getAndIncrement()
            if (index >= log.requests) return
            val start = System.nanoTime()
            val isAnswered = answers(pages, log.path(index))
            nanos[index] = System.nanoTime() - start
            (if (isAnswered) succeeded else failed).increment()
        }
    }

    /** Whatever a load fails with, it is this request that failed, and not the replay. */
    private suspend fun answers(pages: Pages, path: String): Boolean = try {
        pages.load(path)
        true
    } catch (e: CancellationException) {
        throw e
    } catch (_: Exception) {
        false
    }
}

/**
 * What callers saw.
 *
 * @property succeeded requests that got a page
 * @property failed requests that got an exception; a load that fails counts here once for each who waited for it
 * @property latencies of all requests
 * @property time from the first request to the last answer
 */
internal class Calls(val succeeded: Long, val failed: Long, val latencies: Latencies, val time: Duration)

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
