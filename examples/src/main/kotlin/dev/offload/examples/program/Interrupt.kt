package dev.offload.examples.program

import kotlinx.coroutines.Job
import java.util.concurrent.CountDownLatch

/** Ctrl-C, or another polite request to the process to end. */
internal class Interrupt {
    private val asked = Job()
    private val ended = CountDownLatch(1)

    /**
     * Suspends until it comes. From then on the process waits for [end]. To be called once, and only by what ends soon
     * after: who never calls it is ended at once, as usual. This function is cancellable.
     */
    suspend fun await() {
        // A process ends when the last of its hooks has.
        val hook =
            Thread {
                asked.complete()
                ended.await()
            }
        Runtime.getRuntime().addShutdownHook(hook)
        asked.join()
    }

    /** Lets the process end. */
    fun end() = ended.countDown()
}
