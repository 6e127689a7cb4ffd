package dev.offload.benchmarks.jobs

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CountDownLatch

/** What [OffloadJobs] does, by plain coroutines. */
class AsyncJobs {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val inFlight = ConcurrentHashMap<Int, Deferred<Unit>>()

    /** Starts and awaits one coroutine after the other. */
    fun oneByOne(jobs: Int) = runBlocking(Dispatchers.Default) {
        repeat(jobs) { scope.async {}.await() }
    }

    /** As [oneByOne], each in the map by its id while it is in flight. */
    fun oneByOneInMap(jobs: Int) = runBlocking(Dispatchers.Default) {
        for (id in 0 until jobs) {
            val job = scope.async {}
            inFlight[id] = job
            job.await()
            inFlight.remove(id, job)
        }
    }

    /** Launches coroutines, then joins all. */
    fun allAtOnce(jobs: Int) = runBlocking(Dispatchers.Default) {
        List(jobs) { scope.launch {} }.joinAll()
    }

    /** Opens one scope after the other, each with three coroutines that are awaited. */
    fun scopes(scopes: Int) = runBlocking(Dispatchers.Default) {
        repeat(scopes) {
            coroutineScope {
                val first = async {}
                val second = async {}
                val third = async {}
                first.await()
                second.await()
                third.await()
            }
        }
    }

    /** Starts coroutines that stay, in the map. */
    fun keepInFlight(jobs: Int) {
        val running = CountDownLatch(jobs)
        for (id in 1..jobs) {
            inFlight[-id] =
                scope.async {
                    running.countDown()
                    awaitCancellation()
                }
        }
        running.await()
    }
}
