package dev.offload.examples.gateway.http

import dev.offload.AbandonPolicy
import dev.offload.KindPolicy
import dev.offload.ShutdownReport
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TimeoutPolicy
import java.io.IOException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeSource

/**
 * A gateway that is up.
 *
 * @property manager the owner of its jobs; null if it works without offload
 * @property counts what it asked the manager for
 */
internal class GatewayServer private constructor(
    private val settings: GatewaySettings,
    private val front: HttpFront,
    val manager: OffloadManager?,
    val counts: LoadCounts,
) {
    /** What a path is put behind. */
    val url: String get() = "http://${settings.host}:${front.port}"

    /** How many requests are being answered. */
    val openRequests: Int get() = front.openRequests

    /** How many requests have been let in so far. */
    val acceptedRequests: Long get() = front.acceptedRequests

    /**
     * Stops it: no new connections, then the end of the requests, then the end of the jobs, all within [grace] and a
     * moment for the last lines of the access log; what is still running after that is cancelled. Requests come before
     * jobs, since they may still want some; [HttpFront.stop] tells which are answered.
     *
     * This function is cancellable; the gateway may then be anywhere on this way.
     */
    suspend fun stop(grace: Duration): StopReport {
        val start = TimeSource.Monotonic.markNow()
        val cutOff = front.stop(grace)
        return StopReport(cutOff, manager?.shutdown((grace - start.elapsedNow()).coerceAtLeast(LAST_LINES)))
    }

    companion object {
        private val LAST_LINES = 200.milliseconds

        /**
         * Starts a gateway.
         *
         * @param origin where answers come from; it stays open when the gateway stops
         * @param log where the access log goes
         * @param timeSource by which answers grow old
         * @throws IOException if it cannot listen, for one because the port is in use
         */
        suspend fun start(
            settings: GatewaySettings,
            origin: OriginClient,
            log: RequestLog,
            timeSource: TimeSource = TimeSource.Monotonic,
        ): GatewayServer {
            val limit = settings.originLimit
            val store = ResponseStore(settings, timeSource)
            val rules = CacheRules(settings)
            val loader = Loader(origin, store, rules, settings, timeSource)
            val handler = CachingHandler(store, rules, PassThrough(origin, limit, settings.maxBody))
            val backoff = Backoff(timeSource)
            val counts = LoadCounts()
            val manager = if (settings.offload) managerWith(limit) else null
            val gateway =
                if (manager == null) {
                    PlainGateway(handler, log, OwnLoads(store, loader, limit))
                } else {
                    OffloadGateway(manager, handler, log) { scope ->
                        SharedLoads(scope, store, loader, backoff, counts, limit)
                    }
                }
            val front = HttpFront.start(settings.host, settings.port, gateway)
            return GatewayServer(settings, front, manager, counts)
        }

        /** Loads outlive the clients that asked for them, but not the limit. */
        private fun managerWith(limit: Duration): OffloadManager = OffloadManager(
            OffloadConfig {
                val timeout = TimeoutPolicy(cancelAfter = limit)
                kind(ORIGIN_LOAD, KindPolicy.unset().withAbandon(AbandonPolicy.finish()).withTimeout(timeout))
            },
            name = "gateway",
        )
    }
}

/**
 * What the end of a gateway did.
 *
 * @property requestsCutOff requests that were not answered in time
 * @property jobs what became of the jobs; null if there was no manager
 */
internal class StopReport(val requestsCutOff: Int, val jobs: ShutdownReport?)
