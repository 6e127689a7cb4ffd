package dev.offload.examples.replay

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.IOException
import java.io.PrintWriter

/** Enough for the JIT compiler to have done most of its work; about two seconds. */
private const val WARM_UP_REQUESTS = 3_000

/**
 * The whole program, without a process around it: the report goes to [out], progress and complaints go to [err].
 *
 * @param terminal whether a person watches [err], so that a line of it may be overwritten
 * @param warmUp how many requests to make before anything is measured, see [Comparison.warmUp]
 * @return the exit code, see [ExitCode]
 */
internal suspend fun runReplay(
    args: Array<String>,
    out: PrintWriter,
    err: PrintWriter,
    terminal: Boolean,
    warmUp: Int = WARM_UP_REQUESTS,
): Int = try {
    when (val request = parseArguments(args)) {
        is Request.Help -> out.printAll(request.text).let { ExitCode.OK }
        is Request.Replay -> replay(request.settings, warmUp, out, Progress(err, terminal))
    }
} catch (e: UserException) {
    err.println("replay: ${e.message}")
    ExitCode.USAGE
}

private suspend fun replay(settings: Settings, warmUp: Int, out: PrintWriter, progress: Progress): Int {
    val log = withContext(Dispatchers.IO) { readLog(settings) }
    openOrigin(settings).use { origin ->
        val comparison = Comparison(log, settings.workers, origin, progress)
        comparison.checkOrigin()
        comparison.warmUp(warmUp)
        val report = Report(settings, origin, log, comparison.withOffload(), comparison.without())
        out.printAll(report.text())
        return if (report.isBalanced) ExitCode.OK else ExitCode.UNBALANCED
    }
}

private fun readLog(settings: Settings): AccessLog {
    val source = settings.log
    val log =
        try {
            source.open().use { AccessLog.read(it, settings.requests) }
        } catch (e: IOException) {
            throw UserException("cannot read $source: ${e.describe()}")
        }
    if (log.isEmpty) throw UserException("nothing to replay in $source: ${log.lines.describe()}")
    return log
}

private fun openOrigin(settings: Settings): Origin =
    settings.origin?.let { RemoteOrigin(it) } ?: EmbeddedOrigin.start(settings.latency, settings.failureRate)

private fun PrintWriter.printAll(text: String) {
    print(text)
    flush()
}
