package dev.offload.examples.gateway.stampede

import java.util.SplittableRandom
import kotlin.math.ln
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * One request.
 *
 * @property at when it comes, after the begin of the round
 * @property page which page it wants
 * @property patience after what time the client hangs up; null for never
 */
internal data class Visit(val at: Duration, val page: Int, val patience: Duration?)

/** The requests of a round, in their order: the same for each way, drawn from the seed of [scenario]. */
internal fun traffic(scenario: Scenario): List<Visit> {
    val random = SplittableRandom(scenario.seed)
    val weights = (1..scenario.pages).map { 1.0 / it }
    val visits = ArrayList<Visit>()
    var at = Duration.ZERO
    while (true) {
        // Independent clients: the time between two of them has an exponential distribution.
        at += 1.seconds * (-ln(1 - random.nextDouble()) / scenario.perSecond)
        if (at >= scenario.time) return visits
        var left = random.nextDouble() * weights.sum()
        val page = weights.indexOfFirst { weight -> (left < weight).also { left -= weight } }.coerceAtLeast(0)
        val patience = if (random.nextDouble() < scenario.hangUps) scenario.latency * random.nextDouble() else null
        visits += Visit(at, page, patience)
    }
}
