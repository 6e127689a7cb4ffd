package dev.offload.examples.gateway.replay

import java.io.ByteArrayOutputStream
import java.io.InputStream

/**
 * Reads lines from a source that may be no text at all: a line longer than [MAX_LINE] is told as null and takes no
 * memory. Bytes become the characters of the same number (ISO 8859-1), so nothing is lost, whatever the encoding.
 */
internal class LineReader(private val source: InputStream) {
    private val buffer = ByteArray(BUFFER)

    /** Calls [action] with each line, without its line break. */
    fun forEachLine(action: (String?) -> Unit) {
        val line = Line()
        while (true) {
            val count = source.read(buffer)
            if (count < 0) break
            var from = 0
            for (at in 0 until count) {
                if (buffer[at] == LINE_FEED) {
                    line.append(buffer, from, at)
                    action(line.take())
                    from = at + 1
                }
            }
            line.append(buffer, from, count)
        }
        if (line.length > 0) action(line.take())
    }

    private class Line {
        private val bytes = ByteArrayOutputStream()
        var length = 0L
            private set

        fun append(buffer: ByteArray, from: Int, until: Int) {
            length += until - from
            if (length <= MAX_LINE) bytes.write(buffer, from, until - from)
        }

        /** The line, or null if it was too long; starts the next one. */
        fun take(): String? {
            val text = if (length <= MAX_LINE) bytes.toString(Charsets.ISO_8859_1).removeSuffix("\r") else null
            bytes.reset()
            length = 0
            return text
        }
    }

    companion object {
        /** Far beyond what servers accept as a request line. */
        const val MAX_LINE = 64 * 1024
        private const val BUFFER = 64 * 1024
        private const val LINE_FEED = '\n'.code.toByte()
    }
}
