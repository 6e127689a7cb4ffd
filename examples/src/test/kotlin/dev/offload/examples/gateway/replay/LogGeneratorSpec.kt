package dev.offload.examples.gateway.replay

import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.doubles.shouldBeBetween
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import java.io.ByteArrayOutputStream
import java.util.zip.GZIPInputStream

private fun LogGenerator.text() = ByteArrayOutputStream().also(::write).toString(Charsets.US_ASCII)

class LogGeneratorSpec :
    StringSpec({
        "the same seed makes the same log" {
            LogGenerator(seed = 7, requests = 500, paths = 20).text() shouldBe
                LogGenerator(seed = 7, requests = 500, paths = 20).text()
        }

        "another seed makes another log" {
            LogGenerator(seed = 7, requests = 500, paths = 20).text() shouldNotBe
                LogGenerator(seed = 8, requests = 500, paths = 20).text()
        }

        "the bundled log is what the generator makes, byte for byte" {
            val bundled = LogSource.Bundled.open().use { GZIPInputStream(it).readBytes() }
            bundled.contentEquals(ByteArrayOutputStream().also(LogGenerator.bundled()::write).toByteArray()) shouldBe
                true
        }

        "the bundled log is small" {
            LogSource.Bundled.open().use { it.readAllBytes().size } shouldBeLessThan 1_000_000
        }

        "every line of the bundled log is well formed and loads a path" {
            val lines = LogSource.Bundled.open().use { AccessLog.read(it, null) }.lines
            lines.loads shouldBe LogGenerator.REQUESTS
            lines.total shouldBe LogGenerator.REQUESTS
        }

        "paths follow Zipf's law: the second is wanted half as often as the first, the fourth a quarter" {
            val text = LogGenerator(seed = 1, requests = 50_000, paths = 100).text()
            val log = AccessLog.read(text.byteInputStream(), 50_000)
            val counts = log.hottest(100).toMap()
            val first = counts.getValue("/articles/0001").toDouble()
            (counts.getValue("/articles/0002") / first).shouldBeBetween(0.47, 0.53, 0.0)
            (counts.getValue("/articles/0004") / first).shouldBeBetween(0.23, 0.27, 0.0)
            log.distinctPaths shouldBe 100
        }
    })
