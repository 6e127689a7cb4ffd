package dev.offload.examples.gateway.stampede

import dev.offload.examples.program.inMillis
import java.util.Locale
import kotlin.time.Duration
import kotlin.time.DurationUnit

/** The result as a page that needs nothing but itself: what failed, the load of the origin over time, latency curves. */
internal class StampedePage(
    private val scenario: Scenario,
    private val results: Map<Ways, Results>,
    private val report: String,
) {
    /** The page. */
    fun html(): String =
        """
        |<!doctype html>
        |<html lang="en">
        |<head>
        |<meta charset="utf-8">
        |<title>What many requests for a page that has expired do</title>
        |<style>body { font: 15px sans-serif; max-width: 960px; margin: 2em auto } pre { overflow: auto }</style>
        |</head>
        |<body>
        |<h1>What many requests for a page that has expired do</h1>
        |${picture()}
        |<pre>${escaped(report.trim())}</pre>
        |</body>
        |</html>
        |
        """.trimMargin()

    /** The three charts, one below the other. */
    fun picture(): String {
        val height = PANEL * 3
        val open =
            """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $WIDTH $height" font-family="sans-serif" font-size="13">"""
        val ground = """<rect width="$WIDTH" height="$height" fill="white"/>"""
        return (listOf(open, ground) + failures(0) + load(PANEL) + latencies(2 * PANEL) + "</svg>").joinToString("\n")
    }

    private fun failures(top: Int): List<String> {
        val counts = Ways.entries.map { results.getValue(it).count(Ending.FAILED_BY_ANOTHER) }
        val most = maxOf(1, counts.max())
        return listOf(title(top, "requests that failed because another client hung up")) +
            Ways.entries.flatMapIndexed { i, way ->
                val y = top + HEAD + i * ROW
                val width = PLOT * counts[i] / most
                listOf(
                    text(LEFT - 10, y + 14, way.title, "end"),
                    """<rect x="$LEFT" y="$y" width="$width" height="18" fill="${color(way)}"/>""",
                    text(LEFT + width + 6, y + 14, counts[i].toString()),
                )
            }
    }

    private fun load(top: Int): List<String> {
        val most = results.values.maxOf { it.load.max() }.toDouble()
        return listOf(
            title(top, "requests at the origin, over the ${scenario.time} of a round; at most ${most.toInt()}"),
        ) +
            axes(top) + Ways.entries.map { way ->
                val points = results.getValue(way).load
                line(top, way, points.mapIndexed { i, n -> i.toDouble() / (points.size - 1) to n / most })
            } + legend(top)
    }

    private fun latencies(top: Int): List<String> {
        val percents = (1..99).toList()
        val most = results.values.maxOf { it.percentile(percents.last()) }
        return listOf(title(top, "latency by percentile, 1 to 99; at most ${most.inMillis()}")) + axes(top) +
            Ways.entries.map { way ->
                val result = results.getValue(way)
                line(top, way, percents.map { it / 100.0 to share(result.percentile(it), most) })
            } + legend(top)
    }

    private fun share(time: Duration, most: Duration): Double =
        if (most == Duration.ZERO) 0.0 else time.toDouble(DurationUnit.SECONDS) / most.toDouble(DurationUnit.SECONDS)

    private fun line(top: Int, way: Ways, points: List<Pair<Double, Double>>): String {
        val path = points.joinToString(" ") { (x, y) ->
            at(LEFT + PLOT * x) + "," + at(top + PANEL - FOOT - HEIGHT * y)
        }
        return """<polyline points="$path" fill="none" stroke="${color(way)}" stroke-width="2"/>"""
    }

    private fun axes(top: Int): List<String> {
        val bottom = top + PANEL - FOOT
        return listOf(
            """<line x1="$LEFT" y1="$bottom" x2="${LEFT + PLOT}" y2="$bottom" stroke="#888"/>""",
            """<line x1="$LEFT" y1="$bottom" x2="$LEFT" y2="${bottom - HEIGHT}" stroke="#888"/>""",
        )
    }

    private fun legend(top: Int): List<String> = Ways.entries.flatMapIndexed { i, way ->
        val y = top + HEAD + i * ROW
        listOf(
            """<rect x="10" y="$y" width="12" height="12" fill="${color(way)}"/>""",
            text(LEGEND, y + 11, way.title),
        )
    }

    private fun title(top: Int, words: String) = text(10, top + 20, words)

    private fun text(x: Int, y: Int, words: String, anchor: String = "start") =
        """<text x="$x" y="$y" text-anchor="$anchor">${escaped(words)}</text>"""

    private fun color(way: Ways) = COLORS[way.ordinal]

    private fun at(value: Double) = String.format(Locale.ROOT, "%.1f", value)

    private fun escaped(words: String) = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    private companion object {
        const val WIDTH = 920
        const val PANEL = 210
        const val HEAD = 36
        const val FOOT = 20
        const val HEIGHT = 140
        const val ROW = 26
        const val LEFT = 220
        const val LEGEND = 28
        const val PLOT = 640
        val COLORS = listOf("#888888", "#d62728", "#ff7f0e", "#1f77b4", "#2ca02c")
    }
}
