package dev.offload.examples.mailbox.client

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.property.Arb
import io.kotest.property.arbitrary.int
import io.kotest.property.arbitrary.list
import io.kotest.property.checkAll
import java.io.ByteArrayInputStream
import java.io.InputStream

private const val MAX = 100

private fun framesOf(source: InputStream): List<String> {
    val reader = FrameReader(source, MAX)
    return generateSequence { reader.next()?.decodeToString() }.toList()
}

/** Gives at most [piece] bytes at a time, as a network does. */
private class Pieces(bytes: ByteArray, private val piece: Int) : ByteArrayInputStream(bytes) {
    override fun read(to: ByteArray, from: Int, length: Int): Int = super.read(to, from, minOf(length, piece))
}

class FrameReaderSpec :
    StringSpec({
        "frames are what stands before line feeds, however the network cuts them" {
            checkAll(Arb.list(Arb.int(0..MAX), 0..30), Arb.int(1..50)) { lengths, piece ->
                val frames = lengths.mapIndexed { i, length -> ('a' + i % 26).toString().repeat(length) }
                val bytes = frames.joinToString("") { it + "\n" }.encodeToByteArray()
                framesOf(Pieces(bytes, piece)) shouldBe frames
            }
        }

        "a frame that is cut off by the end is none" {
            framesOf("one\ntwo".byteInputStream()) shouldBe listOf("one")
            framesOf("".byteInputStream()) shouldBe emptyList()
        }

        "a frame that is too long is found out before its end" {
            val endless =
                object : InputStream() {
                    override fun read(): Int = 'x'.code
                }
            shouldThrow<FrameTooLongException> { framesOf(endless) }
            val bytes = ("x".repeat(MAX + 1) + "\n").encodeToByteArray()
            listOf(1, MAX, MAX + 1, 1_000).forEach {
                shouldThrow<FrameTooLongException> { framesOf(Pieces(bytes, it)) }
            }
        }
    })
