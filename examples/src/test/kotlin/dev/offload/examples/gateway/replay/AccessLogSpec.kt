package dev.offload.examples.gateway.replay

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.SequenceInputStream
import java.util.zip.GZIPOutputStream

private fun lineFor(path: String) = """192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET $path HTTP/1.1" 200 5"""

private fun read(content: ByteArray, requests: Int? = null) = AccessLog.read(content.inputStream(), requests)

private fun read(content: String, requests: Int? = null) = read(content.encodeToByteArray(), requests)

private fun AccessLog.replayed(): List<String> = (0 until requests).map(::path)

class AccessLogSpec :
    StringSpec({
        val mixed =
            listOf(lineFor("/a"), "garbage", "", lineFor("/b").replace("GET", "POST"), lineFor("/a"), lineFor("/c"))

        "the requests are replayed in the order of the log" {
            read(mixed.joinToString("\n")).replayed() shouldContainExactly listOf("/a", "/a", "/c")
        }

        "each line is counted, also an empty one" {
            val lines = read(mixed.joinToString("\n", postfix = "\n")).lines
            listOf(lines.total, lines.loads, lines.malformed, lines.withoutLoad) shouldContainExactly
                listOf(6L, 3L, 2L, 1L)
        }

        "line breaks may be those of Windows" {
            read(mixed.joinToString("\r\n")).replayed() shouldContainExactly listOf("/a", "/a", "/c")
        }

        "a log shorter than asked for starts over" {
            read("${lineFor("/a")}\n${lineFor("/b")}", requests = 5).replayed() shouldContainExactly
                listOf("/a", "/b", "/a", "/b", "/a")
        }

        "a log longer than asked for is cut, but counted to its end" {
            val log = read(mixed.joinToString("\n"), requests = 1)
            log.replayed() shouldContainExactly listOf("/a")
            log.lines.total shouldBe 6
        }

        "gzip is known by its first bytes, also in several members" {
            val bytes = ByteArrayOutputStream()
            for (line in listOf("/a", "/b").map(::lineFor)) {
                GZIPOutputStream(bytes).apply { write("$line\n".encodeToByteArray()) }.finish()
            }
            read(bytes.toByteArray()).replayed() shouldContainExactly listOf("/a", "/b")
        }

        "of gzip that comes through a slow pipe nothing is lost" {
            val members = listOf("/a", "/b").map { path ->
                val member = ByteArrayOutputStream()
                GZIPOutputStream(member).use { it.write("${lineFor(path)}\n".encodeToByteArray()) }
                member.toByteArray().inputStream()
            }
            val source = SequenceInputStream(members[0], members[1])
            AccessLog.read(source, null).replayed() shouldContainExactly listOf("/a", "/b")
        }

        "while a log is read, it is told how far" {
            val told = mutableListOf<Long>()
            AccessLog.read("\n".repeat(600_000).byteInputStream(), null, told::add)
            told shouldContainExactly listOf(250_000L, 500_000L)
        }

        "gzip that ends too early is an error" {
            val bytes = ByteArrayOutputStream()
            GZIPOutputStream(bytes).use { it.write(lineFor("/a").encodeToByteArray()) }
            shouldThrow<IOException> { read(bytes.toByteArray().copyOf(bytes.size() / 2)) }
        }

        "an empty log is empty" {
            read("").isEmpty shouldBe true
            read("\u001f").isEmpty shouldBe true
        }

        "a line too long for a request is malformed, and the next one is read" {
            val log = read("x".repeat(LineReader.MAX_LINE * 3) + "\n" + lineFor("/a"))
            log.replayed() shouldContainExactly listOf("/a")
            log.lines.malformed shouldBe 1
        }

        "bytes that are no UTF-8 keep their value" {
            read(lineFor("/\u00e9").toByteArray(Charsets.ISO_8859_1)).replayed() shouldContainExactly listOf("/%E9")
        }

        "the hottest paths are those requested most, also when the log starts over" {
            read(mixed.joinToString("\n"), requests = 4).hottest(2) shouldContainExactly listOf("/a" to 3, "/c" to 1)
        }
    })
