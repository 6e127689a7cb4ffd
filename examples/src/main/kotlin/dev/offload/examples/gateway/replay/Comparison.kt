package dev.offload.examples.gateway.replay

import dev.offload.coroutines.snapshot
import dev.offload.examples.gateway.http.GatewayServer
import dev.offload.examples.gateway.http.GatewaySettings
import dev.offload.examples.gateway.http.HttpOriginClient
import dev.offload.examples.gateway.http.StopReport
import dev.offload.examples.program.Progress
import dev.offload.examples.program.UserException
import dev.offload.examples.program.describe
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Replays one log through a gateway with offload and through one without. */
internal class Comparison(
    private val log: AccessLog,
    private val workers: Int,
    private val gateway: GatewaySettings,
    private val origin: Origin,
    private val progress: Progress,
) {
    /**
     * Makes one request, to find out whether the origin answers, be it with an error.
     *
     * @throws UserException if it does not
     */
    suspend fun checkOrigin() {
        try {
            withTimeoutOrNull(CHECK_LIMIT) { HttpPages(origin.url, 1).load("/") }
                ?: throw unreachable("no answer within $CHECK_LIMIT")
        } catch (e: IOException) {
            throw unreachable(e.describe())
        }
    }

    private fun unreachable(why: String) = UserException("cannot reach the origin ${origin.url}: $why")

    /**
     * Makes a number of [requests] both ways, of an origin of its own, so that not only the first pass pays for the
     * loading and compiling of classes.
     */
    suspend fun warmUp(requests: Int) {
        EmbeddedOrigin.start(Duration.ZERO, failureRate = 0.0).use { other ->
            val warmUp = Comparison(log.withRequests(requests), workers, gateway, other, progress)
            warmUp.play("warm-up, with offload", gateway.copy(offload = true))
            warmUp.play("warm-up, without", gateway.copy(offload = false))
        }
    }

    /** One pass in which requests share loads, and stale answers are renewed in the background. */
    suspend fun withOffload(): SharedPass {
        val played = play("with offload", gateway.copy(offload = true))
        val manager = checkNotNull(played.server.manager)
        return SharedPass(played.pass, played.server.counts, manager.snapshot(), checkNotNull(played.end.jobs))
    }

    /** One pass in which each request loads for itself. */
    suspend fun without(): Pass = play("without", gateway.copy(offload = false)).pass

    private suspend fun play(label: String, settings: GatewaySettings): Played {
        val handledBefore = origin.handled
        HttpOriginClient(origin.url).use { client ->
            val loads = LoadCounter(client)
            val server = GatewayServer.start(settings, loads, log = {})
            val replay = Replay(log, workers)
            val pages = HttpPages(server.url, workers)
            val calls = progress.follow(label, log.requests, replay::done) { replay.run(pages) }
            // Before anything is counted: what is being renewed in the background belongs to the pass.
            val end = server.stop(GRACE)
            val handled = handledBefore?.let { before -> origin.handled?.minus(before) }
            return Played(Pass(calls, loads, handled), server, end)
        }
    }

    private class Played(val pass: Pass, val server: GatewayServer, val end: StopReport)

    private companion object {
        val CHECK_LIMIT = 5.seconds

        /** How long jobs may need to end after the last caller has its answer; they need next to nothing. */
        val GRACE = 5.seconds
    }
}
