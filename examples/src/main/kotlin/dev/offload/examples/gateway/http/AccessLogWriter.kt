package dev.offload.examples.gateway.http

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.atomic.LongAdder
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread
import kotlin.time.Duration

/**
 * The access log as one thread writes it. Lines wait for it in a queue of bounded length, and those that find no room are
 * dropped and counted: whoever reads the log may stall, and that must neither stop requests nor fill the memory.
 *
 * @param out writes a line; may block
 */
internal class AccessLogWriter(capacity: Int = CAPACITY, private val out: (String) -> Unit) : RequestLog {
    private val lines = ArrayBlockingQueue<String>(capacity)
    private val droppedLines = LongAdder()
    private val ended = CompletableDeferred<Unit>()

    @Volatile
    private var closing = false

    // It does not keep the process alive, since it may be stuck.
    private val writer = thread(isDaemon = true, name = "access-log", block = ::work)

    /** How many lines found no room. */
    val dropped: Long get() = droppedLines.sum()

    /** Never waits. */
    override suspend fun write(line: String) {
        if (lines.offer(line)) LockSupport.unpark(writer) else droppedLines.increment()
    }

    private fun work() {
        try {
            while (true) {
                val line = lines.poll()
                when {
                    line != null -> out(line)

                    // Looked at in this order: what was written before the close is seen after it.
                    closing && lines.isEmpty() -> break

                    else -> LockSupport.park(this)
                }
            }
        } finally {
            ended.complete(Unit)
        }
    }

    /**
     * Suspends until what waits has been written, but no longer than [limit]. No line may come after that. This function
     * is cancellable.
     *
     * @return whether all has been written
     */
    suspend fun close(limit: Duration): Boolean {
        // No interrupt: it could meet the thread as it writes, and the line would be lost.
        closing = true
        LockSupport.unpark(writer)
        return withTimeoutOrNull(limit) { ended.await() } != null
    }

    private companion object {
        /** Some megabytes, and some seconds of all that two cores can serve. */
        const val CAPACITY = 16_384
    }
}
