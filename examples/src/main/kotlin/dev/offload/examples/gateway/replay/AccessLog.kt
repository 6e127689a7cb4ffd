package dev.offload.examples.gateway.replay

import dev.offload.examples.program.grouped
import java.io.BufferedInputStream
import java.io.FilterInputStream
import java.io.IOException
import java.io.InputStream
import java.util.zip.GZIPInputStream

/**
 * An access log, ready to be replayed: the distinct paths, and which of them each request loads.
 *
 * @property lines what was found in the whole log, also beyond what is replayed
 * @property requests how many requests a replay makes; a log shorter than that starts over
 */
internal class AccessLog private constructor(
    private val paths: List<String>,
    private val entries: IntArray,
    val lines: LineCounts,
    val requests: Int,
) {
    val isEmpty: Boolean get() = entries.isEmpty()

    /** How many different paths are replayed. */
    val distinctPaths: Int get() = paths.size

    /** The path that request number [index] loads. */
    fun path(index: Int): String = paths[entries[index % entries.size]]

    /** The same log with another number of requests. */
    fun withRequests(requests: Int): AccessLog = AccessLog(paths, entries, lines, requests)

    /** The paths that are requested most in one replay, with how often, the most wanted first. */
    fun hottest(count: Int): List<Pair<String, Int>> {
        val perPath = IntArray(paths.size)
        for (index in 0 until requests) perPath[entries[index % entries.size]]++
        val ranked = perPath.indices.sortedByDescending { perPath[it] }
        return ranked.take(count).map { paths[it] to perPath[it] }
    }

    companion object {
        /** Keeps a replay of a log nobody measured within seconds. */
        const val DEFAULT_REQUESTS = 5_000

        private const val TELL_EACH = 250_000

        /**
         * Reads a log to its end.
         *
         * @param source plain text or gzip
         * @param requests how many requests to replay; null for all, up to [DEFAULT_REQUESTS]
         * @param onLines is told now and then how many lines were read, since a log may be long or a pipe slow
         * @throws IOException if the source cannot be read to its end
         */
        fun read(source: InputStream, requests: Int?, onLines: (Long) -> Unit = {}): AccessLog {
            val ids = LinkedHashMap<String, Int>()
            val entries = ArrayList<Int>()
            val lines = LineCounts()
            LineReader(unzipped(source)).forEachLine { line ->
                val parsed = line?.let(LogLine::parse) ?: LogLine.Malformed
                lines.count(parsed)
                if (lines.total % TELL_EACH == 0L) onLines(lines.total)
                if (parsed is LogLine.Load && entries.size < (requests ?: DEFAULT_REQUESTS)) {
                    entries += ids.getOrPut(parsed.path) { ids.size }
                }
            }
            return AccessLog(ids.keys.toList(), entries.toIntArray(), lines, requests ?: entries.size)
        }

        /** Looks at the first two bytes, since names tell little. */
        private fun unzipped(source: InputStream): InputStream {
            val buffered = BufferedInputStream(source)
            buffered.mark(2)
            val isGzip = buffered.read() == 0x1f && buffered.read() == 0x8b
            buffered.reset()
            return if (isGzip) GZIPInputStream(Waiting(buffered)) else buffered
        }

        /**
         * Waits for what comes after one part of a gzip file. The JDK's reader takes a file for ended where nothing is
         * available at that moment, and of a pipe that says nothing.
         */
        private class Waiting(source: InputStream) : FilterInputStream(source) {
            override fun available(): Int = maxOf(1, super.available())
        }
    }
}

/** How many lines of a log were of which sort. */
internal class LineCounts {
    var loads = 0L
        private set
    var withoutLoad = 0L
        private set
    var tooLong = 0L
        private set
    var malformed = 0L
        private set
    val total: Long get() = loads + withoutLoad + tooLong + malformed

    fun count(line: LogLine) {
        when (line) {
            is LogLine.Load -> loads++
            LogLine.NoLoad -> withoutLoad++
            LogLine.TooLong -> tooLong++
            LogLine.Malformed -> malformed++
        }
    }

    /** As one line of text. */
    fun describe(): String = "${total.grouped()} lines, ${malformed.grouped()} malformed, " +
        "${withoutLoad.grouped()} without a GET or HEAD request" +
        if (tooLong == 0L) "" else ", ${tooLong.grouped()} with a path that is too long"
}
