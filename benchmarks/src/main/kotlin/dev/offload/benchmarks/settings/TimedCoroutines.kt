package dev.offload.benchmarks.settings

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.util.concurrent.CountDownLatch

/** What [TimedOffload] does, by coroutines in `withTimeout`. */
class TimedCoroutines {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    /** Starts coroutines that stay, each with its limit. */
    fun keepPending(jobs: Int) {
        val running = CountDownLatch(jobs)
        repeat(jobs) {
            scope.launch {
                withTimeout(LIMIT) {
                    running.countDown()
                    awaitCancellation()
                }
            }
        }
        running.await()
    }

    /** Starts and awaits one coroutine after the other, each with a limit. */
    fun limited(jobs: Int) = runBlocking(Dispatchers.Default) {
        repeat(jobs) { withTimeout(LIMIT) { async {}.await() } }
    }
}
