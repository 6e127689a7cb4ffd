package dev.offload.examples.gateway

import dev.offload.examples.gateway.http.GatewaySettings
import dev.offload.examples.gateway.replay.LogSource
import java.net.URI
import java.nio.file.Path
import kotlin.time.Duration

/**
 * What the user chose for the comparison, checked.
 *
 * @property rounds how many times each way is played
 * @property seed of the requests
 * @property html where to write a page with charts; null for nowhere
 * @property picture where to write the charts alone; null for nowhere
 */
internal data class StampedeSettings(val rounds: Int, val seed: Long, val html: Path?, val picture: Path?) {
    companion object {
        const val DEFAULT_ROUNDS = 3
        const val MAX_ROUNDS = 100
    }
}

/**
 * What the user chose for a replay or a server, checked.
 *
 * @property gateway how the gateway works
 * @property origin what stands behind it; null for the embedded origin, which [latency] and [failureRate] concern
 * @property latency how long the embedded origin takes to answer
 * @property failureRate the share of requests to which the embedded origin answers 503
 * @property log what to replay
 * @property workers how many requests are under way at any moment
 * @property requests how many requests to replay; null for each of the log once, up to a limit
 * @property grace how long running work may take to end when a gateway that serves is stopped
 */
internal data class Settings(
    val gateway: GatewaySettings,
    val origin: URI?,
    val latency: Duration,
    val failureRate: Double,
    val log: LogSource,
    val workers: Int,
    val requests: Int?,
    val grace: Duration,
) {
    companion object {
        const val MAX_REQUESTS = 5_000_000
        const val MAX_WORKERS = 10_000
    }
}
