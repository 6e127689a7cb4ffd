package dev.offload.examples.program

import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.runTest
import java.io.PrintWriter
import java.io.StringWriter
import kotlin.time.Duration.Companion.milliseconds

class ProgressSpec :
    StringSpec({
        fun told(terminal: Boolean): String {
            val text = StringWriter()
            runTest {
                var done = 0L
                Progress(PrintWriter(text), terminal).follow("pass", 1_000, { done }) {
                    delay(2_500.milliseconds)
                    done = 1_000
                }
            }
            return text.toString()
        }

        "where there is no terminal, a line is told each second and one at the end" {
            val lines = told(terminal = false).lines().filter { it.isNotEmpty() }
            lines shouldHaveSize 3
            lines.first() shouldContain "0 of 1,000 requests"
            lines.last() shouldContain "1,000 of 1,000 requests"
        }

        "on a terminal one line is overwritten" {
            val text = told(terminal = true)
            text.count { it == '\n' } shouldBe 1
            text.count { it == '\r' } shouldBe 25
            text.last() shouldBe '\n'
        }
    })
