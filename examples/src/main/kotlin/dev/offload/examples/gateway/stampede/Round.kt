package dev.offload.examples.gateway.stampede

import dev.offload.examples.program.Latencies
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeSource

/** How a request ended. */
internal enum class Ending {
    /** With the page. */
    SERVED,

    /** The client hung up before. */
    HUNG_UP,

    /** The origin failed, and there was nothing in place of the page. */
    ORIGIN_FAILED,

    /** With another request: nothing was wrong with this one, nor with the origin. */
    FAILED_BY_ANOTHER,
}

/**
 * What became of the requests of one round, and what the origin had to do.
 *
 * @property latencies of those that were served; null if nobody was
 * @property load how many requests were with the origin, the most within each [STEP]
 */
internal class Round(
    private val endings: List<Int>,
    private val latencies: Latencies?,
    val originRequests: Int,
    val load: List<Int>,
) {
    val requests: Int get() = endings.sum()

    fun count(ending: Ending): Int = endings[ending.ordinal]

    /** The quantile of the latencies; zero if nobody was served. */
    fun percentile(percent: Int): Duration = latencies?.percentile(percent) ?: Duration.ZERO

    companion object {
        /** In how small parts of a round the load of the origin is told. */
        val STEP = 100.milliseconds

        /**
         * Lets the requests of [scenario] come, one way, each at its time whatever became of those before.
         *
         * @param context where callers and loads run
         */
        suspend fun play(
            way: Ways,
            scenario: Scenario,
            context: CoroutineContext,
            clock: TimeSource.WithComparableMarks,
        ): Round = withContext(context) {
            val visits = traffic(scenario)
            val endings = AtomicIntegerArray(Ending.entries.size)
            val nanos = LongArray(visits.size) { -1 }
            val origin = SlowOrigin(scenario, clock)
            val pages = way.open(Surroundings(origin, scenario, clock, context))
            val begin = clock.markNow()
            try {
                coroutineScope {
                    visits.forEachIndexed { i, visit ->
                        launch {
                            delay(visit.at - begin.elapsedNow())
                            val came = clock.markNow()
                            val ending = visit(pages, visit)
                            endings.incrementAndGet(ending.ordinal)
                            if (ending == Ending.SERVED) nanos[i] = came.elapsedNow().inWholeNanoseconds
                        }
                    }
                }
            } finally {
                pages.close()
            }
            val served = nanos.filter { it >= 0 }.toLongArray()
            val latencies = if (served.isEmpty()) null else Latencies(served)
            Round(List(endings.length(), endings::get), latencies, origin.requests, origin.load(STEP))
        }

        private suspend fun visit(pages: Way, visit: Visit): Ending = try {
            val page = withTimeoutOrNull(visit.patience ?: Duration.INFINITE) { pages.page(visit.page) }
            if (page == null) Ending.HUNG_UP else Ending.SERVED
        } catch (_: OriginDownException) {
            Ending.ORIGIN_FAILED
        } catch (_: Exception) { // also one that says that somebody else was cancelled
            currentCoroutineContext().ensureActive()
            Ending.FAILED_BY_ANOTHER
        }
    }
}
