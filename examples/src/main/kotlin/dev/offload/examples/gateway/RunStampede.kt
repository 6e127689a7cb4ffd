package dev.offload.examples.gateway

import dev.offload.examples.gateway.stampede.Scenario
import dev.offload.examples.gateway.stampede.Stampede
import dev.offload.examples.gateway.stampede.StampedePage
import dev.offload.examples.gateway.stampede.StampedeReport
import dev.offload.examples.gateway.stampede.Ways
import dev.offload.examples.program.ExitCode
import dev.offload.examples.program.UserException
import dev.offload.examples.program.describe
import dev.offload.examples.program.printAll
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.IOException
import java.io.PrintWriter
import java.nio.file.Files
import java.nio.file.Path
import kotlin.time.TimeSource

/** Plays the comparison, and reports it to [out]; which round is being played goes to [err]. */
internal suspend fun compare(
    settings: StampedeSettings,
    out: PrintWriter,
    err: PrintWriter,
    scenario: Scenario = Scenario(seed = settings.seed),
): Int {
    val played = settings.rounds * Ways.entries.size
    err.println("the same requests, ${Ways.entries.size} ways, ${settings.rounds} rounds of ${scenario.time} each")
    val results =
        Stampede(scenario, settings.rounds, Dispatchers.Default, TimeSource.Monotonic).play { way, before ->
            err.println("%3d of %d  %s".format(before + 1, played, way.title))
            err.flush()
        }
    val report = StampedeReport(scenario, settings.rounds, results).text()
    out.printAll(report)
    val page = StampedePage(scenario, results, report)
    settings.html?.let { write(it, page.html()) }
    settings.picture?.let { write(it, page.picture()) }
    return ExitCode.OK
}

private suspend fun write(file: Path, text: String) = withContext(Dispatchers.IO) {
    try {
        Files.writeString(file, text)
    } catch (e: IOException) {
        throw UserException("cannot write $file: ${e.describe()}")
    }
}
