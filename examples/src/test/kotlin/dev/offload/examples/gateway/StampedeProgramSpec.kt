package dev.offload.examples.gateway

import dev.offload.examples.gateway.stampede.Scenario
import dev.offload.examples.program.UserException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import java.io.PrintWriter
import java.io.StringWriter
import java.nio.file.Path
import kotlin.io.path.readText
import kotlin.time.Duration.Companion.milliseconds

class StampedeProgramSpec :
    StringSpec({
        val short = Scenario(time = 200.milliseconds, ttl = 50.milliseconds, latency = 20.milliseconds)

        suspend fun run(html: Path?, picture: Path?): Pair<String, String> {
            val out = StringWriter()
            val err = StringWriter()
            compare(StampedeSettings(1, 1, html, picture), PrintWriter(out), PrintWriter(err), short) shouldBe 0
            return out.toString() to err.toString()
        }

        "it says at once what it does, and reports" {
            val (out, err) = run(null, null)
            err shouldStartWith "the same requests, 5 ways, 1 rounds of 200ms each"
            err shouldContain "5 of 5  offload, serving stale"
            out shouldContain "failed by another"
        }

        "a page and a picture are written where they are asked for" {
            val folder = tempdir().toPath()
            val (out, _) = run(folder.resolve("page.html"), folder.resolve("picture.svg"))
            folder.resolve("page.html").readText() shouldContain out.lines()[1]
            folder.resolve("picture.svg").readText() shouldStartWith "<svg "
        }

        "a file that cannot be written is said so" {
            shouldThrow<UserException> { run(tempdir().toPath(), null) }.message shouldContain "cannot write"
        }
    })
