package dev.offload.examples.gateway.replay

import dev.offload.examples.gateway.http.CacheOutcome
import dev.offload.examples.gateway.http.GatewaySettings
import dev.offload.examples.program.describe
import dev.offload.examples.program.grouped
import dev.offload.examples.program.inMillis
import dev.offload.examples.program.inSeconds
import dev.offload.examples.program.percent

/** The result, as text for people. */
internal class Report(
    private val source: LogSource,
    private val workers: Int,
    private val gateway: GatewaySettings,
    private val origin: Origin,
    private val log: AccessLog,
    private val shared: SharedPass,
    private val without: Pass,
) {
    private val with = shared.pass
    private val faults = shared.faults()

    /** Whether the accounts of the manager hold. */
    val isBalanced: Boolean get() = faults.isEmpty()

    fun text(): String =
        (about() + "" + passes() + "" + outcomes() + "" + jobs() + "" + hottest()).joinToString("\n", "\n", "\n")

    private fun about(): List<String> = listOf(
        "log      $source",
        "         ${log.lines.describe()}",
        "origin   $origin",
        "gateway  fresh for ${gateway.ttl} if the origin does not say, then stale for ${gateway.stale}",
        "replay   ${log.requests.grouped()} requests of ${log.distinctPaths.grouped()} paths in each pass, " +
            "${workers.grouped()} at a time; first with offload, then without",
    )

    private fun passes(): List<String> {
        val saved = without.originRequests - with.originRequests
        return listOf(
            columns("", "with offload", "without"),
            row("requests") { it.calls.total.grouped() },
            row("  of them failed") { it.calls.failed.grouped() } +
                "    the origin's answer was an error, or there was none",
            row("origin requests") { it.originRequests.grouped() } +
                "    ${percent(saved, without.originRequests)} saved",
            row("time") { it.calls.time.inSeconds() },
            row("latency p50") { it.calls.latencies.percentile(50).inMillis() } +
                "    as the caller saw it; without offload, who meets what is stale waits",
            row("latency p95") { it.calls.latencies.percentile(95).inMillis() } +
                "    who is the first to ask for a path waits either way: ${firsts()} of the requests",
            row("latency p99") { it.calls.latencies.percentile(99).inMillis() },
        ) + broken("with offload", with) + broken("without", without)
    }

    private fun firsts(): String = percent(log.distinctPaths.toLong(), log.requests.toLong())

    private fun outcomes(): List<String> = listOf(columns("X-Cache", "with offload", "without")) +
        CacheOutcome.entries.map { outcome ->
            row("  $outcome") { it.calls.outcomes.getValue(outcome).grouped() } + "    ${meaning(outcome)}"
        }

    private fun meaning(outcome: CacheOutcome): String = when (outcome) {
        CacheOutcome.HIT -> "a fresh answer was there"
        CacheOutcome.STALE -> "a stale one was, and served at once"
        CacheOutcome.MISS -> "went to the origin"
        CacheOutcome.JOINED -> "waited for one that did"
    }

    private fun row(label: String, value: (Pass) -> String): String = columns(label, value(with), value(without))

    private fun columns(label: String, first: String, second: String): String =
        "%-18s%14s%14s".format(label, first, second).trimEnd()

    private fun broken(label: String, pass: Pass): List<String> {
        val cause = pass.loads.firstBreak ?: return emptyList()
        return listOf("$label, ${pass.loads.broken.grouped()} loads got no answer; the first: ${cause.describe()}")
    }

    private fun jobs(): List<String> {
        val stats = shared.stats
        return listOf(
            "loads with offload, as the manager counts them: ${stats.submitted().grouped()} submitted",
            account("accepted", stats.accepted(), "a load was started, ${renewals()} of them to renew a stale answer"),
            account("joined", stats.joined(), "a load under way was shared"),
            account("rejected", stats.rejected(), "a stale answer was being renewed already"),
            account("succeeded", stats.succeeded(), "of the accepted: the origin answered, be it with an error"),
            account("failed", stats.failed(), "it did not, for all who waited"),
            account("cancelled", stats.cancelled(), "it took too long"),
            account("active", stats.active(), "it has not ended"),
        ) + verdict()
    }

    private fun renewals(): String = shared.counts.renewals.grouped()

    private fun account(name: String, value: Long, meaning: String): String =
        "  %-12s%10s    %s".format(name, value.grouped(), meaning)

    private fun verdict(): List<String> = if (isBalanced) {
        listOf("  The accounts balance, and agree with what the replay counted.")
    } else {
        faults.map { "  WRONG: $it" }
    }

    private fun hottest(): List<String> =
        listOf("hottest keys                                      requests    loads with offload") +
            log.hottest(HOTTEST).map { (path, requests) ->
                "  %-44s%12s%22s".format(shown(path), requests.grouped(), with.loads.started(path).grouped())
            }

    /** A query may hold what is nobody's business, and a path may be long. */
    private fun shown(path: String): String {
        val bare = path.substringBefore('?')
        val marked = if (bare.length < path.length) "$bare?..." else bare
        return if (marked.length <= PATH_WIDTH) marked else marked.take(PATH_WIDTH - 3) + "..."
    }

    private companion object {
        const val HOTTEST = 5
        const val PATH_WIDTH = 42
    }
}
