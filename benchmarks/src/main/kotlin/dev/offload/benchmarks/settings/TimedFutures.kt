package dev.offload.benchmarks.settings

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.future.await
import kotlinx.coroutines.runBlocking
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit

/** What [TimedOffload] does, by futures with `orTimeout`, whose work goes on when its time is over. */
class TimedFutures {
    private val executor = Dispatchers.Default.asExecutor()

    /** Makes futures that stay, each with its limit. */
    fun keepPending(futures: Int) = repeat(futures) { limited(CompletableFuture<Unit>()) }

    /** Starts and awaits one after the other, each with a limit. */
    fun limited(jobs: Int) = runBlocking(Dispatchers.Default) {
        repeat(jobs) { limited(CompletableFuture.supplyAsync({}, executor)).await() }
    }

    private fun limited(future: CompletableFuture<Unit>) =
        future.orTimeout(LIMIT.inWholeNanoseconds, TimeUnit.NANOSECONDS)
}
