@file:JvmName("OpenLoad")

package dev.offload.benchmarks.request

import dev.offload.benchmarks.report.Workloads
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicLongArray
import java.util.concurrent.locks.LockSupport
import kotlin.math.ceil
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

private const val A_SECOND = 5_000
private const val CLIENTS = 16
private const val WARM_UP_AT_ONCE = 1_000
private val WARM_UP = 2.seconds
private val MEASURED = 3.seconds
private const val PERCENT = 100.0

/**
 * Sends requests to the [side] that is named first at a fixed rate, and writes how long they took into the file named second,
 * in the form in which JMH writes its results. Before, the JVM is warmed up by as many requests as it can serve.
 */
fun main(args: Array<String>) {
    val (side, file) = args
    warmUp(ClosedLoad(side))
    val latencies = latencies(Requests.named(side), A_SECOND, MEASURED)
    val results = Workloads.PERCENTILES.map { result(side, it, latencies.percentile(it.toDouble())) }
    Files.writeString(Path.of(file), results.joinToString(",\n", "[\n", "\n]\n"))
}

private fun warmUp(load: ClosedLoad) {
    val begin = TimeSource.Monotonic.markNow()
    while (begin.elapsedNow() < WARM_UP) load.serve(WARM_UP_AT_ONCE, CLIENTS)
}

/**
 * How long each of the requests took, in nanoseconds, sorted. Each is sent when it is due, whatever became of those before, and
 * its time counts from when it was due: one that could not be sent in time has waited all the same.
 */
internal fun latencies(requests: Requests, perSecond: Int, time: Duration): LongArray {
    val count = (perSecond * time.inWholeMilliseconds / 1.seconds.inWholeMilliseconds).toInt()
    val interval = 1.seconds.inWholeNanoseconds / perSecond
    val latencies = AtomicLongArray(count)
    val answered = CountDownLatch(count)
    val begin = System.nanoTime()
    for (id in 0 until count) {
        val due = begin + id * interval
        var early = due - System.nanoTime()
        while (early > 0) {
            LockSupport.parkNanos(early)
            early = due - System.nanoTime()
        }
        requests.accept(id) {
            latencies.set(id, System.nanoTime() - due)
            answered.countDown()
        }
    }
    answered.await()
    return LongArray(count, latencies::get).apply { sort() }
}

/** The least of these sorted times that at least so many percent of them do not exceed. */
internal fun LongArray.percentile(percentile: Double): Long = this[ceil(percentile * size / PERCENT).toInt() - 1]

private fun result(side: String, percentile: String, nanos: Long) = """
    {
      "benchmark": "dev.offload.benchmarks.request.OpenLoad.$side",
      "params": {"percentile": "$percentile"},
      "jdkVersion": "${System.getProperty("java.version")}",
      "vmVersion": "${System.getProperty("java.vm.version")}",
      "threads": 1,
      "primaryMetric": {"score": $nanos, "scoreUnit": "ns", "rawData": [[$nanos]]},
      "secondaryMetrics": {}
    }
""".trimIndent()
