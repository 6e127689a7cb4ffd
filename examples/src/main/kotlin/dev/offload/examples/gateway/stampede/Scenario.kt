package dev.offload.examples.gateway.stampede

import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/**
 * What happens in one round: few pages that many want, a slow origin, pages that expire meanwhile, clients that hang up,
 * and an origin that fails for a while.
 *
 * @property time how long requests come
 * @property perSecond how many come each second, at random times
 * @property pages how many pages there are; the first is wanted most, by Zipf's law
 * @property ttl how long a page is fresh
 * @property latency how long the origin takes for a page
 * @property capacity how many pages it makes at a time; further requests wait in its queue
 * @property outage when its answers are errors
 * @property hangUps the share of clients that hang up, at some time before [latency] is over
 * @property seed of all that is drawn
 */
internal data class Scenario(
    val time: Duration = 3.seconds,
    val perSecond: Int = 500,
    val pages: Int = 10,
    val ttl: Duration = 500.milliseconds,
    val latency: Duration = 200.milliseconds,
    val capacity: Int = 20,
    val outage: ClosedRange<Duration> = 1_400.milliseconds..1_800.milliseconds,
    val hangUps: Double = 0.1,
    val seed: Long = 1,
)
