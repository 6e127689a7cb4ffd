@file:JvmName("RetainedBytes")

package dev.offload.benchmarks.spike

import kotlinx.coroutines.awaitCancellation
import java.util.UUID
import java.util.concurrent.CountDownLatch

private const val JOBS = 100_000
private const val REPETITIONS = 3
private const val SETTLE_MILLIS = 100L

/**
 * Prints how many bytes a suspended job keeps: all that the heap has more of with 100,000 jobs than without, divided by
 * their number. The ids, strings of 36 characters, are made before and not counted; keys, map and handles are counted.
 *
 * Run with `-XX:+UseSerialGC -XX:MarkSweepAlwaysCompactCount=1 -Xmx1g`: so each collection compacts the whole heap, and its
 * figures are exact.
 */
fun main() {
    val ids = Array(JOBS) { UUID.randomUUID().toString() }
    val ways =
        mapOf<String, Candidates.(String, Block) -> Any>(
            "async" to { _, block -> async(block) },
            "A" to Candidates::publicApi,
            "B" to Candidates::child,
            "C" to Candidates::orphan,
            "C2" to Candidates::dispatching,
            "library" to Candidates::library,
        )
    for ((name, submit) in ways) {
        val bytes = List(REPETITIONS) { bytesPerJob(ids, submit) }.sorted()
        println("$name: ${bytes[REPETITIONS / 2]} bytes per job, of $bytes")
    }
}

private fun bytesPerJob(ids: Array<String>, submit: Candidates.(String, Block) -> Any): Long {
    val handles = arrayOfNulls<Any>(JOBS)
    val candidates = Candidates()
    val running = CountDownLatch(JOBS)
    val block: Block = {
        running.countDown()
        awaitCancellation()
    }
    val before = usedBytes()
    for (i in ids.indices) handles[i] = candidates.submit(ids[i], block)
    running.await()
    val after = usedBytes()
    check(handles.all { it != null }) // and keeps them until here
    return (after - before) / JOBS
}

private fun usedBytes(): Long {
    repeat(3) {
        System.gc()
        Thread.sleep(SETTLE_MILLIS)
    }
    return Runtime.getRuntime().run { totalMemory() - freeMemory() }
}
