package dev.offload.examples.mailbox.run

import dev.offload.examples.mailbox.Settings
import dev.offload.examples.mailbox.client.AnswerCounts
import dev.offload.examples.mailbox.server.Purpose
import dev.offload.examples.mailbox.server.ServerCounts
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Five requests: answered, by an error, with what is no answer, timed out and answered late, dropped. */
private class Books {
    val ledger = Ledger(5)
    val answers = AnswerCounts()
    val server = ServerCounts()
    var sent = 5L
    var waiting = 0
    var isWhole = true

    init {
        val endings =
            listOf(Ending.ANSWERED, Ending.ERROR, Ending.INVALID, Ending.TIMED_OUT, Ending.TIMED_OUT)
        endings.forEachIndexed { i, ending -> ledger.record(i, ending, (i + 1).milliseconds) }
        answers.frames.add(4)
        answers.delivered.add(2)
        answers.late.add(1)
        answers.malformed.add(1)
        server.received = 5
        server.dropped = 1
        repeat(3) { server.wrote(Purpose.ANSWER) }
        server.wrote(Purpose.INVALID)
    }

    fun exchange(ledger: Ledger = this.ledger): Exchange {
        val settings = Settings(ledger.requests, 1, 1.seconds, 1, null)
        return Exchange(settings, ledger, answers, sent, waiting, 1, server, isWhole, null, 1.seconds)
    }

    fun faults(): List<String> = Audit(exchange()).faults()
}

class AuditSpec :
    StringSpec({
        "accounts that balance have no faults" {
            Books().faults().shouldBeEmpty()
            Report(Books().exchange()).isBalanced shouldBe true
        }

        "any account that is wrong is a fault" {
            listOf<(Books) -> Unit>(
                { it.ledger.record(0, Ending.ANSWERED, 1.milliseconds) },
                { it.waiting = 1 },
                { it.sent = 4 },
                { it.sent = 6 },
                { it.answers.frames.increment() },
                { it.answers.delivered.increment() },
                { it.answers.undelivered.increment() },
                { it.answers.late.increment() },
                { it.answers.duplicate.increment() },
                { it.answers.unknown.increment() },
                { it.answers.malformed.increment() },
                { it.answers.afterClose.increment() },
                { it.server.received++ },
                { it.server.dropped++ },
                { it.server.cutOff++ },
            ).forAll { wrong ->
                val books = Books().also(wrong)
                books.faults().shouldNotBeEmpty()
                Report(books.exchange()).isBalanced shouldBe false
                Report(books.exchange()).text() shouldContain "WRONG: "
            }
            Purpose.entries.filter { it != Purpose.END }.forAll { purpose ->
                Books().apply { server.wrote(purpose) }.faults().shouldNotBeEmpty()
            }
        }

        "what the client says it got of a kind is no more than the server sent of it" {
            val tooMany = Books().apply { server.wrote(Purpose.DUPLICATE) }
            tooMany.answers.late.increment()
            tooMany.answers.frames.increment()
            tooMany.faults() shouldBe listOf("first answers: 4, but sent: 3")
            val invalid = Ledger(5).apply { repeat(5) { record(it, Ending.INVALID, 1.milliseconds) } }
            Audit(Books().exchange(invalid)).faults() shouldContain
                "requests told of an invalid answer: 5, but sent: 1"
        }

        "a request that did not end, and one that got another's answer, are faults" {
            val open = Ledger(2).apply { record(0, Ending.LOST, 1.milliseconds) }
            val wrong = Ledger(1).apply { record(0, Ending.WRONG, 1.milliseconds) }
            listOf(open, wrong).forAll {
                val settings = Settings(it.requests, 1, 1.seconds, 1, null)
                val run =
                    Exchange(settings, it, AnswerCounts(), 0, 0, 0, ServerCounts(), isWhole = false, null, 1.seconds)
                Audit(run).faults().shouldNotBeEmpty()
            }
        }

        "what is lost with the connection is no fault, what comes from nowhere is" {
            val lost =
                Books().apply {
                    isWhole = false
                    sent = 9
                    repeat(5) { server.wrote(Purpose.DUPLICATE) }
                }
            lost.faults().shouldBeEmpty()
            lost.answers.malformed.increment()
            lost.answers.frames.increment()
            lost.faults() shouldBe listOf("malformed frames: 1 sent, but 2 received")
        }

        "a report of no answer has no latencies" {
            val ledger = Ledger(1).apply { record(0, Ending.LOST, 1.milliseconds) }
            ledger.latencies() shouldBe null
        }
    })
