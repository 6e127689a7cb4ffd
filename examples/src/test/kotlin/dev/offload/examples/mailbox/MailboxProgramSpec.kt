package dev.offload.examples.mailbox

import dev.offload.examples.program.Console
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.awaitCancellation
import java.io.PrintWriter
import java.io.StringWriter

private class Run(val code: Int, val out: String, val err: String) {
    /** The first number in the line of the report that begins with [label]. */
    fun number(label: String): Long {
        val line = out.lines().first { it.trim().startsWith("$label ") }.trim().removePrefix(label)
        return Regex("""\d[\d,]*""").find(line)!!.value.replace(",", "").toLong()
    }
}

private suspend fun run(vararg args: String, awaitStop: suspend () -> Unit = { awaitCancellation() }): Run {
    val out = StringWriter()
    val err = StringWriter()
    val code = runMailbox(arrayOf(*args), Console(PrintWriter(out), PrintWriter(err), terminal = false, awaitStop))
    return Run(code, out.toString(), err.toString())
}

private suspend fun complaint(vararg args: String): String {
    val run = run(*args)
    run.code shouldBe 2
    run.out shouldBe ""
    return run.err.trimEnd('\n').also { it.lines() shouldHaveSize 1 }
}

class MailboxProgramSpec :
    StringSpec({
        "a run reports where every request and every answer went" {
            val run = run("--requests", "2000", "--in-flight", "500", "--timeout", "500ms")
            run.code shouldBe 0
            listOf("answered", "error", "invalid", "timed out", "failed").sumOf(run::number) shouldBe 2_000
            listOf(
                "delivered",
                "late",
                "duplicate",
                "unknown",
                "malformed",
                "after the close",
            ).sumOf(run::number) shouldBe
                run.number("frames read")
            run.number("at the server") shouldBe 1_800
            run.number("undelivered") shouldBe 0
            run.out shouldContain "which then hung up"
            run.out shouldContain "latency p99"
            run.out shouldContain "The accounts balance"
            run.err shouldContain "2,000 of 2,000 requests"
        }

        "a server that stays answers the last request, too" {
            val run = run("--requests", "100", "--timeout", "500", "--disconnect-after", "0", "--seed", "-3")
            run.code shouldBe 0
            run.number("failed") shouldBe 0
            run.out shouldContain "which did not hang up"
        }

        "a server that hangs up at once fails all" {
            val run = run("--requests", "10", "--in-flight", "1", "--disconnect-after", "1", "--timeout", "100ms")
            run.code shouldBe 0
            run.number("failed") shouldBeGreaterThan 0
            run.number("at the server") shouldBe 1
        }

        "a run that is stopped reports" {
            val run = run("--requests", "1000", "--disconnect-after", "0", awaitStop = { })
            run.code shouldBe 0
            run.out shouldContain "the client was closed"
            run.out shouldContain "The accounts balance"
        }

        "help goes to the output" {
            val run = run("--help")
            run.code shouldBe 0
            run.err shouldBe ""
            listOf("--requests", "--in-flight", "--timeout", "--seed", "--disconnect-after").forAll {
                run.out shouldContain it
            }
        }

        "a wrong argument is one line and exit code 2" {
            listOf(
                listOf("--nonsense"),
                listOf("nonsense"),
                listOf("two\nlines"),
                listOf("--requests"),
                listOf("--requests", "0"),
                listOf("--requests", "-1"),
                listOf("--requests", "5000001"),
                listOf("--requests", "99999999999"),
                listOf("--requests", "many"),
                listOf("--requests", "1", "--requests", "2"),
                listOf("--in-flight", "0"),
                listOf("--in-flight", "100001"),
                listOf("--timeout", "0"),
                listOf("--timeout", "-5ms"),
                listOf("--timeout", "soon"),
                listOf("--timeout", "2h"),
                listOf("--seed", "x"),
                listOf("--seed", "99999999999999999999"),
                listOf("--disconnect-after", "-1"),
            ).forAll { complaint(*it.toTypedArray()) shouldContain "--help" }
        }

        "a wrong argument is named" {
            complaint("--in-flight", "0") shouldStartWith "mailbox: --in-flight must be 1 to 100000, but is 0"
            complaint("--timeout", "soon") shouldContain "'soon' is no time"
        }
    })
