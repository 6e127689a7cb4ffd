package dev.offload.examples.gateway.stampede

import dev.offload.examples.program.grouped
import dev.offload.examples.program.inMillis
import java.util.Locale
import kotlin.math.roundToInt

/** The result, as text for people. */
internal class StampedeReport(
    private val scenario: Scenario,
    private val rounds: Int,
    private val results: Map<Ways, Results>,
) {
    fun text(): String =
        (about() + "" + failures() + "" + origin() + "" + latencies() + "" + verdict()).joinToString("\n", "\n", "\n")

    private fun about(): List<String> = scenario.run {
        listOf(
            "${results.getValue(Ways.OFFLOAD).requests.grouped()} requests in ${time.inWholeMilliseconds / 1000.0} s " +
                "for $pages pages, each way the same ones; medians of $rounds rounds, in turn",
            "an origin that takes $latency for a page, $capacity of them at a time, and fails from " +
                "${outage.start} to ${outage.endInclusive}",
            "pages are fresh for $ttl; ${(hangUps * 100).roundToInt()} % of the clients hang up while they wait",
        )
    }

    private fun failures(): List<String> =
        listOf(columns("requests", "failed by another", "origin failed", "hung up", "served")) +
            results.map { (way, result) ->
                columns(
                    way.title,
                    result.count(Ending.FAILED_BY_ANOTHER).grouped(),
                    result.count(Ending.ORIGIN_FAILED).grouped(),
                    result.count(Ending.HUNG_UP).grouped(),
                    result.count(Ending.SERVED).grouped(),
                )
            } + "    failed by another: a client that hung up took with it who waited for the same page"

    private fun origin(): List<String> {
        val most = results.values.maxOf { it.originRequests }
        return listOf(columns("origin", "requests", "most at once")) + results.map { (way, result) ->
            val requests = result.originRequests
            columns(way.title, requests.grouped(), result.mostAtOrigin.grouped()) + "    " + bar(requests, most)
        }
    }

    private fun latencies(): List<String> = listOf(columns("latency", "p50", "p95", "p99")) +
        results.map { (way, result) ->
            columns(way.title, *listOf(50, 95, 99).map { result.percentile(it).inMillis() }.toTypedArray())
        } + "    of those that were served; p95 varied by up to ${spread()} between the rounds"

    private fun spread() = results.values.maxOf { it.spread(P95) }.inMillis()

    /** In words, what the figures say; the worse ones, too. */
    private fun verdict(): List<String> {
        val offload = results.getValue(Ways.OFFLOAD)
        val alone = results.getValue(Ways.ALONE)
        return listOf(Ways.BY_HAND, Ways.CAFFEINE).map { way ->
            "${way.title}: ${results.getValue(
                way,
            ).count(Ending.FAILED_BY_ANOTHER).grouped()} requests failed because " +
                "somebody else hung up; with offload ${offload.count(Ending.FAILED_BY_ANOTHER).grouped()}"
        } + listOf(
            "no sharing: the origin got ${times(
                alone.originRequests,
                offload.originRequests,
            )} as many requests as with " +
                "offload",
            "a failure of the origin is shared, too: it met ${offload.count(
                Ending.ORIGIN_FAILED,
            ).grouped()} requests with " +
                "offload, ${alone.count(Ending.ORIGIN_FAILED).grouped()} without sharing",
            "stale pages are served through an outage, and may be older than their ${scenario.ttl}",
        )
    }

    private fun times(one: Int, other: Int) =
        if (other == 0) "infinitely" else String.format(Locale.ROOT, "%.1f times", one.toDouble() / other)

    private fun bar(value: Int, most: Int): String =
        "#".repeat(if (most == 0) 0 else (value * BAR.toLong() + most - 1).toInt() / most)

    private fun columns(label: String, vararg values: String): String =
        ("%-24s".format(label) + values.joinToString("") { "%${COLUMN}s".format(it) }).trimEnd()

    private companion object {
        const val COLUMN = 18
        const val BAR = 40
        const val P95 = 95
    }
}
