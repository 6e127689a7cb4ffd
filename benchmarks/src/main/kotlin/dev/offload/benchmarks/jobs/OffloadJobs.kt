package dev.offload.benchmarks.jobs

import dev.offload.OffloadHandle
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import java.util.concurrent.CountDownLatch

/** Jobs of the library with empty bodies. The callers are coroutines on the dispatcher that runs the bodies. */
class OffloadJobs {
    private val manager = OffloadManager()
    private val kind = OffloadKind.named<Any, Unit>("benchmark")

    /** Submits and awaits one job after the other. */
    fun oneByOne(jobs: Int) = runBlocking(Dispatchers.Default) {
        for (id in 0 until jobs) manager.submit(kind.key(id)) {}.await()
    }

    /** Submits jobs, then waits for all. */
    fun allAtOnce(jobs: Int) = runBlocking(Dispatchers.Default) {
        for (id in 0 until jobs) manager.submit(kind.key(id)) {}
        manager.joinAll()
    }

    /** Opens one scope after the other, each with three jobs that are awaited. */
    fun scopes(scopes: Int) = runBlocking(Dispatchers.Default) {
        repeat(scopes) {
            manager.scope("benchmark") {
                val first = submit(kind.key(1)) {}
                val second = submit(kind.key(2)) {}
                val third = submit(kind.key(3)) {}
                first.await()
                second.await()
                third.await()
            }
        }
    }

    /** Starts jobs that stay. */
    fun keepInFlight(jobs: Int) {
        val running = CountDownLatch(jobs)
        for (id in 1..jobs) {
            manager.submit(kind.key(-id)) {
                running.countDown()
                awaitCancellation()
            }
        }
        running.await()
    }

    /** Starts a shared job that stays. */
    fun holdShared(id: String) {
        manager.share(kind.key(id)) { awaitCancellation() }
    }

    /** Takes a lease on a shared job. */
    fun share(id: String): OffloadHandle = manager.share(kind.key(id)) {}
}
