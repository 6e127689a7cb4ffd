package dev.offload.examples.gateway

import dev.offload.examples.gateway.http.AccessLogWriter
import dev.offload.examples.gateway.http.GatewayServer
import dev.offload.examples.gateway.http.GatewaySettings
import dev.offload.examples.gateway.http.HttpOriginClient
import dev.offload.examples.gateway.http.OriginClient
import dev.offload.examples.gateway.http.RequestLog
import dev.offload.examples.gateway.http.StopReport
import dev.offload.examples.gateway.replay.Origin
import dev.offload.examples.program.ExitCode
import dev.offload.examples.program.UserException
import dev.offload.examples.program.describe
import dev.offload.examples.program.grouped
import java.io.IOException
import java.io.PrintWriter
import java.net.BindException
import kotlin.time.Duration.Companion.seconds

/**
 * Serves until [awaitStop] returns, and then lets what is running end.
 *
 * @return the exit code, see [ExitCode]
 * @throws UserException if the port cannot be listened at
 */
internal suspend fun serve(
    settings: Settings,
    origin: Origin,
    awaitStop: suspend () -> Unit,
    out: PrintWriter,
    err: PrintWriter,
): Int {
    HttpOriginClient(origin.url).use { client ->
        val log = AccessLogWriter(out = out::println)
        val server = start(settings.gateway, client, log)
        err.println("gateway: at ${server.url}, in front of $origin; Ctrl-C stops it")
        awaitStop()
        err.println(
            "gateway: stopping; requests under way: ${server.openRequests.grouped()}, grace time: ${settings.grace}",
        )
        val end = describe(server.stop(settings.grace))
        val isWritten = log.close(LAST_LINES)
        err.println("gateway: $end")
        if (log.dropped > 0 || !isWritten) {
            err.println("gateway: the access log is not read fast enough; lines dropped: ${log.dropped.grouped()}")
        }
    }
    return ExitCode.OK
}

/** How long the end waits for the last lines of the log to be read. */
private val LAST_LINES = 1.seconds

private suspend fun start(settings: GatewaySettings, origin: OriginClient, log: RequestLog): GatewayServer = try {
    GatewayServer.start(settings, origin, log)
} catch (e: IOException) {
    val why = if (e is BindException) "the port is in use, or not to be had" else e.describe()
    throw UserException("cannot listen at ${settings.host}:${settings.port}: $why")
}

private fun describe(end: StopReport): String {
    val jobs = end.jobs
    val cut = "stopped; requests cut off: ${end.requestsCutOff.grouped()}"
    if (jobs == null) return cut
    return "$cut; jobs that ended meanwhile: ${jobs.finished().grouped()}, cancelled: ${jobs.cancelled().grouped()}, " +
        "that would not end: ${jobs.undying().size.grouped()}"
}
