package dev.offload.examples.mailbox.run

import dev.offload.examples.mailbox.server.Purpose

/** Checks the accounts of a run, each by itself and one against the other. */
internal class Audit(private val run: Exchange) {
    private val ledger = run.ledger
    private val answers = run.answers
    private val server = run.server
    private val faults = mutableListOf<String>()

    /** What is wrong, one line each; empty if all is well. */
    fun faults(): List<String> {
        faults.clear()
        requests()
        answers()
        server()
        return faults.toList()
    }

    /** Every request ended, once, and with what belongs to it. */
    private fun requests() {
        equal("requests", ledger.requests.toLong(), "their ends", Ending.entries.sumOf(ledger::count))
        equal("ends recorded", ledger.done, "requests", ledger.requests.toLong())
        equal("requests that ended twice", ledger.recordedTwice, "none", 0)
        equal("requests that got another's answer", ledger.count(Ending.WRONG), "none", 0)
        equal("calls that still wait", run.waiting.toLong(), "none", 0)
    }

    /** Every answer that was read is in one place. */
    private fun answers() {
        val places = answers.run {
            listOf(delivered, late, duplicate, unknown, malformed, afterClose)
        }.sumOf { it.sum() }
        equal("frames read", answers.frames.sum(), "where they went", places)
        equal(
            "answers delivered",
            answers.delivered.sum(),
            "requests that got one, and undelivered",
            ledger.run { count(Ending.ANSWERED) + count(Ending.ERROR) + count(Ending.WRONG) } +
                answers.undelivered.sum(),
        )
    }

    /** What one side got is what the other one sent, or less if the connection was lost. */
    private fun server() {
        val firsts = answers.delivered.sum() + answers.late.sum()
        val second = answers.duplicate.sum()
        equal(
            "requests at the server",
            server.received,
            "answered, dropped and cut off",
            server.written(Purpose.ANSWER) + server.written(Purpose.INVALID) + server.dropped + server.cutOff,
        )
        arrived("requests", run.sent, server.received)
        atMost("first answers", firsts, "sent", server.written(Purpose.ANSWER))
        atMost("duplicates", second, "sent", server.written(Purpose.DUPLICATE))
        arrived(
            "answers and duplicates",
            server.written(Purpose.ANSWER) + server.written(Purpose.DUPLICATE),
            firsts + second + answers.afterClose.sum(),
        )
        arrived("answers to nobody", server.written(Purpose.UNKNOWN), answers.unknown.sum())
        arrived(
            "malformed frames",
            server.written(Purpose.MALFORMED) + server.written(Purpose.INVALID),
            answers.malformed.sum(),
        )
        atMost(
            "requests told of an invalid answer",
            ledger.count(Ending.INVALID),
            "sent",
            server.written(Purpose.INVALID),
        )
    }

    private fun atMost(name: String, value: Long, otherName: String, most: Long) {
        if (value > most) faults += "$name: $value, but $otherName: $most"
    }

    private fun arrived(what: String, sent: Long, received: Long) {
        if (received > sent || (run.isWhole && received < sent)) faults += "$what: $sent sent, but $received received"
    }

    private fun equal(name: String, value: Long, otherName: String, other: Long) {
        if (value != other) faults += "$name: $value, but $otherName: $other"
    }
}
