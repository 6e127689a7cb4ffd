package dev.offload.examples.gateway.stampede

import kotlin.coroutines.CoroutineContext
import kotlin.time.TimeSource

/** A way to have pages that expire. */
internal interface Way {
    /**
     * The page, fresh or what this way gives in its place.
     *
     * This function is cancellable: that is what happens to it when the client hangs up.
     *
     * @throws OriginDownException if the origin fails
     */
    suspend fun page(page: Int): String

    /** Ends what it has under way. */
    suspend fun close() = Unit
}

/**
 * What a way is made of, for one round.
 *
 * @property context where it runs what it loads
 */
internal class Surroundings(
    val origin: SlowOrigin,
    val scenario: Scenario,
    val clock: TimeSource.WithComparableMarks,
    val context: CoroutineContext,
)

/** The ways that are compared. */
internal enum class Ways(val title: String, val open: (Surroundings) -> Way) {
    ALONE("no sharing", ::Alone),
    BY_HAND("map of futures by hand", ::MapOfFutures),
    CAFFEINE("Caffeine's AsyncCache", ::CaffeineCache),
    OFFLOAD("offload", ::SharedLoad),
    STALE("offload, serving stale", ::ServedStale),
}
