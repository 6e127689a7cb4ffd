package dev.offload.benchmarks.settings

import dev.offload.OffloadKind
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TimeoutPolicy
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import java.util.concurrent.CountDownLatch
import kotlin.time.Duration.Companion.hours

/** A limit that is never reached. */
internal val LIMIT = 1.hours

/** Jobs of the library with a time limit, beside others whose limits are pending. */
class TimedOffload {
    private val manager = OffloadManager()
    private val kind = OffloadKind.named<Int, Unit>("benchmark")
    private val limit = TimeoutPolicy(cancelAfter = LIMIT)

    /** Starts jobs that stay, each with its limit. */
    fun keepPending(jobs: Int) {
        val running = CountDownLatch(jobs)
        for (id in 1..jobs) {
            manager.submit(kind.key(-id), timeout = limit) {
                running.countDown()
                awaitCancellation()
            }
        }
        running.await()
    }

    /** Submits and awaits one job after the other, each with a limit. */
    fun limited(jobs: Int) = oneByOne(jobs, limit)

    /** As [limited], without one. */
    fun unlimited(jobs: Int) = oneByOne(jobs, TimeoutPolicy.none())

    private fun oneByOne(jobs: Int, limit: TimeoutPolicy) = runBlocking(Dispatchers.Default) {
        for (id in 0 until jobs) manager.submit(kind.key(id), timeout = limit) {}.await()
    }
}
