package dev.offload.examples.gateway.stampede

import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeSource

/**
 * The same requests, each way, in [rounds] rounds. The first of them to play is another one in each round, so that none
 * has the warmer machine each time.
 */
internal class Stampede(
    private val scenario: Scenario,
    private val rounds: Int,
    private val context: CoroutineContext,
    private val clock: TimeSource.WithComparableMarks,
) {
    /**
     * Plays all rounds, after a short one each way, which is not counted.
     *
     * @param onRound is told of each that begins: which way, and how many were played before
     */
    suspend fun play(onRound: (Ways, Int) -> Unit): Map<Ways, Results> {
        val ways = Ways.entries
        val short = scenario.copy(time = WARM_UP, outage = WARM_UP..WARM_UP)
        for (way in ways) Round.play(way, short, context, clock)
        val played = ways.associateWith { ArrayList<Round>() }
        for (round in 0..<rounds) {
            for (i in ways.indices) {
                val way = ways[(i + round) % ways.size]
                onRound(way, round * ways.size + i)
                played.getValue(way) += Round.play(way, scenario, context, clock)
            }
        }
        return played.mapValues { Results(it.value) }
    }

    private companion object {
        val WARM_UP = 300.milliseconds
    }
}

/** What came of one way: of each figure the median of its rounds. */
internal class Results(private val rounds: List<Round>) {
    fun count(ending: Ending): Int = median { it.count(ending) }

    val requests: Int get() = median { it.requests }

    val originRequests: Int get() = median { it.originRequests }

    val mostAtOrigin: Int get() = median { it.load.max() }

    fun percentile(percent: Int): Duration = rounds.map { it.percentile(percent) }.sorted()[rounds.size / 2]

    /** Half of the difference between the least and the greatest of the rounds' [percentile]s. */
    fun spread(percent: Int): Duration = rounds.map { it.percentile(percent) }.run { max() - min() } / 2

    /** In each part of the round, the load of the origin. */
    val load: List<Int> get() = rounds.first().load.indices.map { i -> median { it.load[i] } }

    private fun median(of: (Round) -> Int): Int = rounds.map(of).sorted()[rounds.size / 2]
}
