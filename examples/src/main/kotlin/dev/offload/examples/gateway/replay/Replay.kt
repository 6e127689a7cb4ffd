package dev.offload.examples.gateway.replay

import dev.offload.examples.gateway.http.CacheOutcome
import dev.offload.examples.program.Latencies
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLongArray
import java.util.concurrent.atomic.LongAdder
import kotlin.time.Duration
import kotlin.time.measureTime

/**
 * Replays a log once: [workers] coroutines take one request after the other and wait for its page. No pause is made for
 * the times in the log.
 */
internal class Replay(private val log: AccessLog, private val workers: Int) {
    private val taken = AtomicInteger()
    private val succeeded = LongAdder()
    private val failed = LongAdder()
    private val unanswered = LongAdder()
    private val outcomes = AtomicLongArray(CacheOutcome.entries.size)
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
        val byOutcome = CacheOutcome.entries.associateWith { outcomes[it.ordinal] }
        return Calls(succeeded.sum(), failed.sum(), unanswered.sum(), byOutcome, Latencies(nanos), time)
    }

    private suspend fun work(pages: Pages) {
        while (true) {
            val index = taken.getAndIncrement()
            if (index >= log.requests) return
            val start = System.nanoTime()
            val page = page(pages, log.path(index))
            nanos[index] = System.nanoTime() - start
            page?.outcome?.let { outcomes.incrementAndGet(it.ordinal) }
            (if (page == null || page.isError) failed else succeeded).increment()
        }
    }

    /** Whatever a load fails with, it is this request that failed, and not the replay. */
    private suspend fun page(pages: Pages, path: String): Page? = try {
        pages.load(path)
    } catch (e: CancellationException) {
        throw e
    } catch (_: Exception) {
        unanswered.increment()
        null
    }
}

/**
 * What callers saw.
 *
 * @property succeeded requests that got a page
 * @property failed requests that got an error or no answer; a load that fails counts once for each who waited for it
 * @property unanswered those of the failed that got no answer
 * @property outcomes how many answers came with which `X-Cache`
 * @property latencies of all requests
 * @property time from the first request to the last answer
 */
internal class Calls(
    val succeeded: Long,
    val failed: Long,
    val unanswered: Long,
    val outcomes: Map<CacheOutcome, Long>,
    val latencies: Latencies,
    val time: Duration,
) {
    val total: Long get() = succeeded + failed
}
