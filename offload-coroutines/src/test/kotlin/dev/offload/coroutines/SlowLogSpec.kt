package dev.offload.coroutines

import dev.offload.coroutines.internal.Log
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.shouldBe
import java.util.concurrent.CountDownLatch
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger

private val LEFT_OUT = Regex("(\\d+) reports were left out.*")

/** Takes nothing before it is let go. */
private class SlowHandler : Handler() {
    val called = CountDownLatch(1)
    val go = CountDownLatch(1)
    val messages = LinkedBlockingQueue<String>()

    override fun publish(record: LogRecord) {
        called.countDown()
        check(go.await(30, TimeUnit.SECONDS)) { "not let go" }
        messages += record.message
    }

    override fun flush() = Unit

    override fun close() = Unit

    fun next(): String = checkNotNull(messages.poll(30, TimeUnit.SECONDS)) { "no report came" }
}

class SlowLogSpec :
    FunSpec({
        listOf(100, 10_000, 100_000).forEach { size ->
            test("R9: of $size reports a logger that does not keep up gets what fits, and how many were left out") {
                val handler = SlowHandler()
                val logger = Logger.getLogger("dev.offload")
                logger.useParentHandlers = false
                logger.addHandler(handler)
                try {
                    Log.warn("the first report", null)
                    handler.called.await(30, TimeUnit.SECONDS) shouldBe true
                    repeat(size) { Log.warn("a report", null) }
                    handler.go.countDown()
                    var kept = 0
                    var leftOut = 0
                    while (kept + leftOut < size) {
                        val message = handler.next()
                        if (message == "a report") kept++
                        LEFT_OUT.matchEntire(message)?.let { leftOut += it.groupValues[1].toInt() }
                    }
                    kept shouldBeInRange 100..1_000
                    kept + leftOut shouldBe size
                } finally {
                    handler.go.countDown()
                    logger.removeHandler(handler)
                    logger.useParentHandlers = true
                }
            }
        }
    })
