package dev.offload.coroutines.internal.threads

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.shouldBe
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger

private val LEFT_OUT = Regex("(\\d+) reports were left out.*")

/** Adds up of how many reports it was told that they were left out. */
private class LeftOut : Handler() {
    var count = 0
        private set

    override fun publish(record: LogRecord) {
        LEFT_OUT.matchEntire(record.message)?.let { count += it.groupValues[1].toInt() }
    }

    override fun flush() = Unit

    override fun close() = Unit
}

class SlowLogSpec :
    FunSpec({
        listOf(100, 10_000, 100_000).forEach { size ->
            test("R9: of $size reports a logger that does not keep up gets what fits, and how many were left out") {
                val handler = LeftOut()
                val logger = Logger.getLogger("dev.offload")
                logger.useParentHandlers = false
                logger.addHandler(handler)
                try {
                    // The lane takes nothing before it is let go, as with a logger that blocks.
                    val waiting = ArrayList<Runnable>()
                    val reports = Log.Reports(waiting::add)
                    var kept = 0
                    repeat(size) { reports.post { kept++ } }
                    waiting.size shouldBe 1
                    waiting.single().run()
                    kept shouldBeInRange minOf(size, 1_000)..1_000
                    kept + handler.count shouldBe size
                } finally {
                    logger.removeHandler(handler)
                    logger.useParentHandlers = true
                }
            }
        }
    })
