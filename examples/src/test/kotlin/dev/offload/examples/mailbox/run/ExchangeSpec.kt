package dev.offload.examples.mailbox.run

import dev.offload.examples.mailbox.Settings
import dev.offload.examples.mailbox.server.Faults
import dev.offload.examples.mailbox.server.Form
import dev.offload.examples.mailbox.server.Purpose
import dev.offload.examples.program.Progress
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.awaitCancellation
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

private suspend fun run(settings: Settings, awaitStop: suspend () -> Unit = { awaitCancellation() }): Exchange =
    exchange(settings, Progress.none(), awaitStop).also { Audit(it).faults().shouldBeEmpty() }

private fun Exchange.endings(): Long = Ending.entries.sumOf(ledger::count)

class ExchangeSpec :
    StringSpec({
        "5,000 requests are accounted for exactly, and the server's count agrees" {
            val settings = Settings(5_000, inFlight = 1_000, timeout = 1.seconds, seed = 7, disconnectAfter = null)
            val run = run(settings)
            run.endings() shouldBe 5_000
            run.ledger.count(Ending.LOST) shouldBe 0
            run.isWhole shouldBe true
            run.loss.shouldBeNull()
            run.mostWaiting shouldBeInRange 1L..1_000L
            // What was drawn for those requests that were sent; all of them, unless the machine slept.
            val fates = List(5_000) { Faults(7, 1.seconds).fate(it) }
            if (run.sent == 5_000L) {
                run.server.dropped shouldBe fates.count { it.delays.isEmpty() }.toLong()
                run.answers.duplicate.sum() shouldBe fates.count { it.delays.size == 2 }.toLong()
                val invalid = fates.count { it.form == Form.INVALID && it.delays.isNotEmpty() }
                run.answers.malformed.sum() shouldBe invalid + fates.count { it.noise == Purpose.MALFORMED }.toLong()
                run.answers.unknown.sum() shouldBe fates.count { it.noise == Purpose.UNKNOWN }.toLong()
            }
            run.ledger.count(Ending.TIMED_OUT) shouldBeGreaterThanOrEqual run.server.dropped
            run.ledger.count(Ending.INVALID) shouldBeGreaterThanOrEqual 1
        }

        "a disconnect in the middle fails the rest, those who were never sent, too" {
            val settings = Settings(5_000, inFlight = 1_000, timeout = 4.seconds, seed = 7, disconnectAfter = 2_500)
            val run = run(settings)
            run.endings() shouldBe 5_000
            run.server.received shouldBe 2_500
            run.ledger.count(Ending.ANSWERED) shouldBeInRange 1L..2_500L
            run.ledger.count(Ending.LOST) shouldBeGreaterThanOrEqual 1
            run.loss!!.message!! shouldContain "the connection is lost"
        }

        "any seed, and a timeout in the midst of the delays, balances" {
            for (seed in 1L..5L) {
                val settings = Settings(400, inFlight = 100, timeout = 20.milliseconds, seed, disconnectAfter = 300)
                run(settings).endings() shouldBe 400
            }
        }

        "a run that is stopped fails what is left, and balances" {
            val settings = Settings(2_000, inFlight = 100, timeout = 1.seconds, seed = 1, disconnectAfter = null)
            val run = run(settings, awaitStop = { })
            run.endings() shouldBe 2_000
            run.isWhole shouldBe false
            run.loss!!.message shouldBe "the connection is lost: the client was closed"
        }
    })
