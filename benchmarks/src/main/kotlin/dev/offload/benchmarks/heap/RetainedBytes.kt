@file:JvmName("RetainedBytes")

package dev.offload.benchmarks.heap

import java.nio.file.Files
import java.nio.file.Path
import java.util.UUID

private const val MOST_GCS = 20
private const val DEFAULT_COUNT = 1_000_000
private const val DEFAULT_REPETITIONS = 3

/**
 * Writes how many bytes one job, waiter or recorded task keeps: all that the heap has more of with a million of them than
 * without, divided by their number, with the maps and handles they need. Their ids, strings of 36 characters, are made
 * before and not counted.
 *
 * The figures go to the file named first, in the form in which JMH writes its results. Then come how many, and how often.
 *
 * Run with `-XX:+UseSerialGC -XX:MarkSweepAlwaysCompactCount=1`: so each collection compacts the whole heap, and its
 * figures are exact.
 */
fun main(args: Array<String>) {
    val file = Path.of(args[0])
    val count = args.getOrNull(1)?.toInt() ?: DEFAULT_COUNT
    val repetitions = args.getOrNull(2)?.toInt() ?: DEFAULT_REPETITIONS
    val ids = Array(count) { UUID(it.toLong(), it.toLong()).toString() }
    val results = keepers.map { (name, keeper) ->
        val bytes = List(repetitions) { bytesEach(ids, keeper) }
        println("$name: $bytes bytes")
        result(name, bytes)
    }
    Files.writeString(file, results.joinToString(",\n", "[\n", "\n]\n"))
}

private fun bytesEach(ids: Array<String>, keeper: (Array<String>) -> AutoCloseable): Double {
    val before = usedBytes()
    val kept = keeper(ids)
    val after = usedBytes()
    kept.close() // and keeps all until here
    return (after - before).toDouble() / ids.size
}

/** What is used when one more collection frees nothing more. */
private fun usedBytes(): Long {
    var least = Long.MAX_VALUE
    repeat(MOST_GCS) {
        System.gc()
        val used = Runtime.getRuntime().run { totalMemory() - freeMemory() }
        if (used >= least) return least
        least = used
    }
    return least
}

private fun result(name: String, bytes: List<Double>) = """
    {
      "benchmark": "dev.offload.benchmarks.heap.$name",
      "jdkVersion": "${System.getProperty("java.version")}",
      "vmVersion": "${System.getProperty("java.vm.version")}",
      "threads": 1,
      "primaryMetric": {"score": ${bytes.average()}, "scoreUnit": "bytes", "rawData": [$bytes]},
      "secondaryMetrics": {}
    }
""".trimIndent()
