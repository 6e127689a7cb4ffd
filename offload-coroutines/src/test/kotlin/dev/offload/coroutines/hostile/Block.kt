package dev.offload.coroutines.hostile

import java.util.concurrent.CountDownLatch

/** Where code that blocks its thread is held until its test lets it go. */
class Block {
    private val arrived = CountDownLatch(1)
    private val released = CountDownLatch(1)

    val isReached get() = arrived.count == 0L
    val isReleased get() = released.count == 0L

    /** Blocks, also if it is interrupted; the interrupt is kept. */
    fun hold() {
        arrived.countDown()
        var interrupted = false
        while (true) {
            try {
                released.await()
                break
            } catch (_: InterruptedException) {
                interrupted = true
            }
        }
        if (interrupted) Thread.currentThread().interrupt()
    }

    /** Waits until somebody is held here. */
    fun awaitArrival() = until("somebody blocks") { isReached }

    fun release() = released.countDown()
}

/** Runs a test with a block that is released at its end, also if it fails. */
fun withBlock(test: (Block) -> Unit) {
    val block = Block()
    try {
        test(block)
    } finally {
        block.release()
    }
}
