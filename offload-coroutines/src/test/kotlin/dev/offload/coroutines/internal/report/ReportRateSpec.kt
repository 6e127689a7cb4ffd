package dev.offload.coroutines.internal.report

import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.RecordingListener
import dev.offload.coroutines.cancel
import dev.offload.coroutines.internal.caller.tell
import dev.offload.coroutines.internal.report.ReportRate
import dev.offload.coroutines.internal.threads.Log
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import java.time.Duration as JavaDuration

/** E3: reports of one sort and kind are limited in rate, and tell how many they stand for. */
class ReportRateSpec :
    FunSpec({
        val log = RecordingLog()
        val logger = Logger.getLogger("dev.offload") // held, or the handler would be lost with it
        beforeSpec {
            logger.addHandler(log)
            logger.useParentHandlers = false
        }
        afterSpec {
            logger.removeHandler(log)
            logger.useParentHandlers = true
        }
        afterTest { log.taken() }

        test(
            "E3: of many failures nobody awaits some are logged, the next one tells how many were not, listeners hear of all",
        ) {
            reporting { manager, listener ->
                repeat(100) { manager.spawn("noisy") { error("on purpose") } }
                repeat(5) { manager.spawn("quiet") { error("on purpose") } }
                manager.joinAll()
                val first = log.taken()
                first.filter { "noisy" in it } shouldHaveSize ReportRate.MOST
                first.filter { "quiet" in it } shouldHaveSize 5
                listener.count("unobserved") shouldBe 105

                delay(1.minutes)
                manager.spawn("noisy") { error("on purpose") }
                manager.joinAll()
                log.taken().single { "noisy" in it } shouldEndWith
                    "before, reports of 90 failures nobody waited for of noisy were left out"
            }
        }

        test("E3: what was left out last is told at the end of the manager") {
            reporting { manager, _ ->
                repeat(25) { manager.spawn("noisy") { error("on purpose") } }
                manager.joinAll()
                log.taken()
                manager.shutdown(1.seconds)
                log.taken() shouldContain "reports of 15 failures nobody waited for of noisy were left out"
            }
        }

        test("E3: a manager that ends with a scope's failures tells how many it left out, too") {
            reporting { manager, _ ->
                val kind = OffloadKind.named<Any, String>("owned")
                manager.scope("request") {
                    for (id in 1..30) submit(kind.key(id)) { error("on purpose") }
                }
                manager.shutdown(1.seconds)
                val told = log.taken()
                told.filter { "failed and nobody waited" in it } shouldHaveSize ReportRate.MOST
                told shouldContain "reports of 20 failures nobody waited for of owned were left out"
            }
        }

        test("E3: one sort of report takes nothing from another") {
            reporting { manager, _ ->
                val kind = OffloadKind.named<Any, Unit>("mixed")
                val slow = TimeoutPolicy.warnAfter(JavaDuration.ofSeconds(1))
                for (id in 1..20) {
                    manager.submit(kind.key(id), timeout = slow) {
                        withContext(NonCancellable) { delay(1.minutes) }
                    }
                }
                delay(2.seconds)
                log.taken().filter { "has been running" in it } shouldHaveSize ReportRate.MOST
                manager.cancelEach(kind, 20)
                delay(30.seconds)
                val undying = log.taken()
                undying.filter { "has not ended" in it } shouldHaveSize ReportRate.MOST
                undying.forEach { it shouldContain "mixed" }
            }
        }
    })

private fun OffloadManager.cancelEach(kind: OffloadKind<Any, Unit>, count: Int) {
    for (id in 1..count) cancel(kind.key(id))
}

private fun reporting(test: suspend TestScope.(OffloadManager, RecordingListener) -> Unit) = runTest {
    val listener = RecordingListener()
    val manager = OffloadManager(
        OffloadConfig.defaults(),
        StandardTestDispatcher(testScheduler),
        listener,
        testScheduler.timeSource,
    )
    try {
        test(manager, listener)
    } finally {
        manager.cancel()
    }
}

/** Collects what is logged, by another thread. */
private class RecordingLog : Handler() {
    private val lines = LinkedBlockingQueue<String>()

    /** What was logged so far: a last line is sent after it. */
    fun taken(): List<String> {
        val last = "last ${lines.hashCode()} ${System.nanoTime()}"
        Log.warn(last, null)
        return generateSequence { checkNotNull(lines.poll(60, TimeUnit.SECONDS)) { "the log does not go on" } }
            .takeWhile { it != last }
            .toList()
    }

    override fun publish(record: LogRecord) {
        lines += record.message
    }

    override fun flush() = Unit

    override fun close() = Unit
}
