package dev.offload.examples.program

import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import java.io.PrintWriter
import java.io.Writer
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/** Tells how far a pass has come: on a terminal in one line that is overwritten, elsewhere in a line per second. */
internal class Progress(private val to: PrintWriter, private val terminal: Boolean) {
    /** Runs [block], and tells of [done] out of [total] while it runs, and once more when it has ended. */
    suspend fun <T> follow(label: String, total: Int, done: () -> Long, block: suspend () -> T): T = coroutineScope {
        val start = TimeSource.Monotonic.markNow()
        val teller =
            launch {
                while (isActive) {
                    delay(if (terminal) REWRITE else REPEAT)
                    tell(label, total, done(), start.elapsedNow(), isLast = false)
                }
            }
        val result = block()
        teller.cancel()
        tell(label, total, done(), start.elapsedNow(), isLast = true)
        result
    }

    /** Tells how many [lines] of a log were read so far. */
    fun read(lines: Long) {
        to.println("reading the log: ${lines.grouped()} lines")
        to.flush()
    }

    private fun tell(label: String, total: Int, done: Long, time: Duration, isLast: Boolean) {
        val line = "%-14s %9s of %s requests, %s".format(label, done.grouped(), total.grouped(), time.inSeconds())
        // Each line is at least as long as the one it covers, because the numbers only grow.
        if (terminal) to.print("\r$line") else to.println(line)
        if (terminal && isLast) to.println()
        to.flush()
    }

    companion object {
        /** Tells nobody. */
        fun none(): Progress = Progress(PrintWriter(Writer.nullWriter()), terminal = false)

        private val REWRITE = 100.milliseconds
        private val REPEAT = 1.seconds
    }
}
