package dev.offload.examples.mailbox.client

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream

/** Cuts a stream into frames, each of which ends with a line feed. */
internal class FrameReader(private val source: InputStream, private val maxFrame: Int) {
    private val buffer = ByteArray(BUFFER)
    private var at = 0
    private var end = 0
    private val frame = ByteArrayOutputStream()

    /**
     * Waits for the next frame.
     *
     * @return the frame without its line feed; null at the end of the stream, which drops a frame it cuts off
     * @throws FrameTooLongException if it has more than [maxFrame] bytes, as soon as that is known
     */
    fun next(): ByteArray? {
        frame.reset()
        while (at < end || fill()) {
            val from = at
            while (at < end && buffer[at] != LINE_FEED) at++
            if (frame.size() + (at - from) > maxFrame) throw FrameTooLongException(maxFrame)
            frame.write(buffer, from, at - from)
            if (at < end) {
                at++
                return frame.toByteArray()
            }
        }
        return null
    }

    private fun fill(): Boolean {
        at = 0
        end = source.read(buffer).coerceAtLeast(0)
        return end > 0
    }

    private companion object {
        const val BUFFER = 64 * 1024
        const val LINE_FEED = '\n'.code.toByte()
    }
}

/** The server sent more without a line feed than one answer may take. */
internal class FrameTooLongException(maxFrame: Int) :
    IOException("the server sent a frame of more than $maxFrame bytes")
