package dev.offload.examples.mailbox.run

import dev.offload.examples.mailbox.server.Purpose
import dev.offload.examples.program.grouped
import dev.offload.examples.program.inMillis
import dev.offload.examples.program.inSeconds

/** The result, as text for people. */
internal class Report(private val run: Exchange) {
    private val faults = Audit(run).faults()

    /** Whether the accounts hold. */
    val isBalanced: Boolean get() = faults.isEmpty()

    fun text(): String = (requests() + "" + answers() + "" + server() + verdict()).joinToString("\n", "\n", "\n")

    private fun requests(): List<String> {
        val times = run.ledger.latencies()
        fun latency(percent: Int) = times?.percentile(percent)?.inMillis() ?: "-"
        return listOf(
            row(
                "requests",
                run.ledger.requests,
                "over one connection, up to ${run.settings.inFlight.grouped()} at a time",
            ),
            ended("answered", Ending.ANSWERED, "with what belongs to the request"),
            ended("error", Ending.ERROR, "the server's, thrown to who made the request"),
            ended("invalid", Ending.INVALID, "the server's answer was none in JSON-RPC"),
            ended("timed out", Ending.TIMED_OUT, "no answer within ${run.settings.timeout}"),
            ended("failed", Ending.LOST, run.loss?.message ?: "the connection was not lost"),
            row("waiting at most", run.mostWaiting, "in the wait map at the same time"),
            row("time", run.time.inSeconds()),
            row("latency p50", latency(50), "of those answered"),
            row("latency p95", latency(95)),
            row("latency p99", latency(99)),
            row("latency max", latency(100)),
        )
    }

    private fun answers(): List<String> = run.answers.run {
        listOf(
            row("frames read", frames.sum(), "by the client"),
            row("  delivered", delivered.sum(), "to a request that waited"),
            row("    undelivered", undelivered.sum(), "of these: its caller was cancelled at that moment"),
            row("  late", late.sum(), "the request waited no longer"),
            row("  duplicate", duplicate.sum(), "the request was answered before"),
            row("  unknown", unknown.sum(), "nobody asked"),
            row("  malformed", malformed.sum(), "no answer in JSON-RPC, be it meant as one"),
            row("  after the close", afterClose.sum(), "the client was closed"),
        )
    }

    private fun server(): List<String> = run.server.run {
        listOf(
            row("requests sent", run.sent, "by the client"),
            row("  at the server", received, if (hungUp) "which then hung up" else "which did not hang up"),
            row("    answered", written(Purpose.ANSWER), "be it late"),
            row("    invalid", written(Purpose.INVALID), "answered with what is no answer in JSON-RPC"),
            row("    dropped", dropped, "never to be answered"),
            row("    cut off", cutOff, "their answers were not sent yet when the connection ended"),
            row("  sent besides", BESIDES.sumOf(::written), "duplicates, unknown and malformed"),
        )
    }

    private fun verdict(): List<String> = if (isBalanced) {
        listOf("", "The accounts balance: every request ended once, every frame is in one place, both sides agree.")
    } else {
        listOf("") + faults.map { "WRONG: $it" }
    }

    private fun ended(label: String, ending: Ending, meaning: String) =
        row("  $label", run.ledger.count(ending), meaning)

    private fun row(label: String, value: Number, meaning: String) = row(label, value.grouped(), meaning)

    private fun row(label: String, value: String, meaning: String = ""): String =
        "%-18s%14s    %s".format(label, value, meaning).trimEnd()

    private companion object {
        val BESIDES = listOf(Purpose.DUPLICATE, Purpose.UNKNOWN, Purpose.MALFORMED)
    }
}
