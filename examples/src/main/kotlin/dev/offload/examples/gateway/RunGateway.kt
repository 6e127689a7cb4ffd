package dev.offload.examples.gateway

import dev.offload.examples.gateway.replay.AccessLog
import dev.offload.examples.gateway.replay.Comparison
import dev.offload.examples.gateway.replay.EmbeddedOrigin
import dev.offload.examples.gateway.replay.Origin
import dev.offload.examples.gateway.replay.RemoteOrigin
import dev.offload.examples.gateway.replay.Report
import dev.offload.examples.program.ExitCode
import dev.offload.examples.program.Progress
import dev.offload.examples.program.UserException
import dev.offload.examples.program.describe
import dev.offload.examples.program.printAll
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.IOException
import java.io.PrintWriter

/**
 * As many as a pass of the bundled log has. With less, the first pass is measured while it is being compiled, and its slow
 * answers look as if they were what offload costs.
 */
private const val WARM_UP_REQUESTS = 5_000

/**
 * The whole program, without a process around it: the report, or the access log of a gateway that serves, goes to
 * [out], everything else to [err].
 *
 * @param terminal whether a person watches [err], so that a line of it may be overwritten
 * @param awaitStop suspends until a gateway that serves is to stop
 * @param warmUp how many requests to make before anything is measured, see [Comparison.warmUp]
 * @return the exit code, see [ExitCode]
 */
internal suspend fun runGateway(
    args: Array<String>,
    out: PrintWriter,
    err: PrintWriter,
    terminal: Boolean,
    awaitStop: suspend () -> Unit,
    warmUp: Int = WARM_UP_REQUESTS,
): Int = try {
    when (val command = parseArguments(args)) {
        is Command.Help -> out.printAll(command.text).let { ExitCode.OK }
        is Command.Compare -> compare(command.settings, out, err)
        is Command.Replay -> replay(command.settings, warmUp, out, Progress(err, terminal))
        is Command.Serve -> openOrigin(command.settings).use { serve(command.settings, it, awaitStop, out, err) }
    }
} catch (e: UserException) {
    err.println("gateway: ${e.message}")
    ExitCode.USAGE
}

private suspend fun replay(settings: Settings, warmUp: Int, out: PrintWriter, progress: Progress): Int {
    val log = withContext(Dispatchers.IO) { readLog(settings, progress) }
    openOrigin(settings).use { origin ->
        val comparison = Comparison(log, settings.workers, settings.gateway, origin, progress)
        comparison.checkOrigin()
        comparison.warmUp(warmUp)
        val with = comparison.withOffload()
        val report = Report(settings.log, settings.workers, settings.gateway, origin, log, with, comparison.without())
        out.printAll(report.text())
        return if (report.isBalanced) ExitCode.OK else ExitCode.UNBALANCED
    }
}

private fun readLog(settings: Settings, progress: Progress): AccessLog {
    val source = settings.log
    val log =
        try {
            source.open().use { AccessLog.read(it, settings.requests, progress::read) }
        } catch (e: IOException) {
            throw UserException("cannot read $source: ${e.describe()}")
        }
    if (log.isEmpty) throw UserException("nothing to replay in $source: ${log.lines.describe()}")
    return log
}

private fun openOrigin(settings: Settings): Origin =
    settings.origin?.let { RemoteOrigin(it) } ?: EmbeddedOrigin.start(settings.latency, settings.failureRate)
