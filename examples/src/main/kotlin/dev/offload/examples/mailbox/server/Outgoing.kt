package dev.offload.examples.mailbox.server

import java.util.concurrent.Delayed
import java.util.concurrent.TimeUnit
import kotlin.time.Duration

/** Why the server sends a frame. */
internal enum class Purpose {
    /** The first answer to a request. */
    ANSWER,

    /** What is no answer, in place of the first one. */
    INVALID,

    /** A second one. */
    DUPLICATE,

    /** No answer at all. */
    MALFORMED,

    /** An answer to what nobody asked. */
    UNKNOWN,

    /** Nothing is sent, and nothing comes after it. */
    END,
}

/**
 * A frame that waits for its time.
 *
 * @property order of those that are due at the same time
 */
internal class Outgoing(delay: Duration, val purpose: Purpose, val frame: ByteArray, private val order: Long) :
    Delayed {
    private val due = System.nanoTime() + delay.inWholeNanoseconds

    override fun getDelay(unit: TimeUnit): Long = unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS)

    override fun compareTo(other: Delayed): Int {
        other as Outgoing
        val difference = due - other.due
        return if (difference == 0L) order.compareTo(other.order) else difference.compareTo(0)
    }
}
