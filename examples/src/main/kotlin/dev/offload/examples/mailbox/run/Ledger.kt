package dev.offload.examples.mailbox.run

import dev.offload.examples.program.Latencies
import java.util.concurrent.atomic.AtomicIntegerArray
import java.util.concurrent.atomic.LongAdder
import kotlin.time.Duration

/** How a request ended for who made it. */
internal enum class Ending {
    /** With the result that belongs to it. */
    ANSWERED,

    /** With an error of the server. */
    ERROR,

    /** With an answer that is none in JSON-RPC. */
    INVALID,

    /** There was no answer in time. */
    TIMED_OUT,

    /** The connection was lost while it waited, or before it was sent. */
    LOST,

    /** With another request's result. Must never be. */
    WRONG,
}

/** Has a line for each request, on which its one end is written; a second one is found out. */
internal class Ledger(val requests: Int) {
    private val endings = AtomicIntegerArray(requests)
    private val nanos = LongArray(requests)
    private val twice = LongAdder()
    private val recorded = LongAdder()

    /** How many requests have ended. */
    val done: Long get() = recorded.sum()

    /** How many ends were recorded of requests that had ended. */
    val recordedTwice: Long get() = twice.sum()

    /** Records how the request [number] ended, and after what [time]. */
    fun record(number: Int, ending: Ending, time: Duration) {
        if (endings.compareAndSet(number, NONE, ending.ordinal + 1)) {
            nanos[number] = time.inWholeNanoseconds
            recorded.increment()
        } else {
            twice.increment()
        }
    }

    /** How many requests ended so, counted line by line. */
    fun count(ending: Ending): Long = (0..<requests).count { endings[it] == ending.ordinal + 1 }.toLong()

    /** How long the answered requests waited; null if there are none. To be called when all is at rest. */
    fun latencies(): Latencies? {
        val answered = (0..<requests).filter { endings[it] == Ending.ANSWERED.ordinal + 1 }
        return if (answered.isEmpty()) null else Latencies(LongArray(answered.size) { nanos[answered[it]] })
    }

    private companion object {
        const val NONE = 0
    }
}
