package dev.offload.examples.replay

import java.net.URI
import kotlin.time.Duration

/**
 * What the user chose, checked.
 *
 * @property log what to replay
 * @property origin where to send it; null for the embedded origin, which [latency] and [failureRate] concern
 * @property workers how many requests are under way at any moment
 * @property requests how many requests to replay; null for each of the log once, up to [DEFAULT_REQUESTS]
 * @property latency how long the embedded origin takes to answer
 * @property failureRate the share of requests to which the embedded origin answers 503
 */
internal data class Settings(
    val log: LogSource,
    val origin: URI?,
    val workers: Int,
    val requests: Int?,
    val latency: Duration,
    val failureRate: Double,
) {
    companion object {
        /** Keeps a replay of a log nobody measured within seconds. */
        const val DEFAULT_REQUESTS = 20_000
        const val MAX_REQUESTS = 5_000_000
        const val MAX_WORKERS = 10_000
    }
}
