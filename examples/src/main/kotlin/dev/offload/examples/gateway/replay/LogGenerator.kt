package dev.offload.examples.gateway.replay

import java.io.OutputStream
import java.nio.file.Files
import java.nio.file.Path
import java.time.OffsetDateTime
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.util.Locale
import java.util.Random
import java.util.zip.Deflater
import java.util.zip.GZIPOutputStream

/**
 * Makes the bundled log: requests whose paths follow Zipf's law, as the popularity of pages does. The same seed makes
 * the same bytes everywhere: the generator of `java.util.Random` is specified, and only the exactly rounded operations
 * of floating point are used.
 *
 * Hosts are out of the blocks reserved for documentation, and the user agent of each line says that it was generated.
 */
internal class LogGenerator(seed: Long, private val requests: Int, private val paths: Int) {
    private val random = Random(seed)
    private val userAgent = "offload-log-generator (seed $seed)"

    /** `cumulative[i]` is the weight of the paths of rank 1 to `i + 1`, where the weight of a rank is 1 / rank. */
    private val cumulative = DoubleArray(paths)

    init {
        var sum = 0.0
        for (rank in 1..paths) {
            sum += 1.0 / rank
            cumulative[rank - 1] = sum
        }
    }

    /** Writes the log, in Combined Log Format. */
    fun write(to: OutputStream) {
        var time = START
        val writer = to.bufferedWriter(Charsets.US_ASCII)
        repeat(requests) {
            time = time.plusNanos(random.nextInt(MAX_GAP_NANOS).toLong())
            val host = "${BLOCKS[random.nextInt(BLOCKS.size)]}.${1 + random.nextInt(LAST_HOST)}"
            val rank = drawRank()
            val path = "/articles/%04d".format(Locale.ROOT, rank)
            writer.append(
                """$host - - [${TIME.format(time)}] "GET $path HTTP/1.1" 200 ${bytes(rank)} "-" "$userAgent"""",
            )
            writer.append('\n')
        }
        writer.flush()
    }

    private fun drawRank(): Int {
        val found = cumulative.binarySearch(random.nextDouble() * cumulative.last())
        // Between two entries it is the upper one that counts, and the search tells its place as -(place + 1).
        val place = if (found >= 0) found + 1 else -found - 1
        return place.coerceAtMost(paths - 1) + 1
    }

    /** A path has the same size whenever it is asked for. */
    private fun bytes(rank: Int): Int = SMALLEST_PAGE + rank * PAGE_FACTOR % LARGEST_PAGE

    companion object {
        const val SEED = 20_260_101L
        const val REQUESTS = 10_000
        const val PATHS = 1_000
        const val DESCRIPTION = "Zipf over $PATHS paths, $REQUESTS requests, seed $SEED"

        private const val MAX_GAP_NANOS = 8_000_000
        private const val LAST_HOST = 254
        private const val SMALLEST_PAGE = 256
        private const val LARGEST_PAGE = 40_000
        private const val PAGE_FACTOR = 7_919
        private val BLOCKS = listOf("192.0.2", "198.51.100", "203.0.113")
        private val START = OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC)
        private val TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss xx", Locale.ENGLISH)

        /** The generator of the bundled log. */
        fun bundled(): LogGenerator = LogGenerator(SEED, REQUESTS, PATHS)
    }
}

/** Makes the bundled log anew, at the path that is the only argument. */
internal object GenerateBundledLog {
    @JvmStatic
    fun main(args: Array<String>) {
        val target = Path.of(args.single())
        BestGzip(Files.newOutputStream(target)).use { LogGenerator.bundled().write(it) }
        println("$target: ${Files.size(target)} bytes")
    }

    private class BestGzip(to: OutputStream) : GZIPOutputStream(to) {
        init {
            def.setLevel(Deflater.BEST_COMPRESSION)
        }
    }
}
