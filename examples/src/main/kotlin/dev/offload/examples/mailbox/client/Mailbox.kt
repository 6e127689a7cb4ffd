package dev.offload.examples.mailbox.client

import dev.offload.NoMatchReason
import dev.offload.WakeOutcome
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.Waiter
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.atomic.LongAccumulator

/**
 * Where callers wait for their answers, by the id of their request.
 *
 * An answer is never early, because who asks subscribes first; so the map stores nothing. It remembers who waited, and
 * so tells of what it hands back whether that is late, a duplicate, or nobody's.
 *
 * @param remembered of how many waits that have ended it knows; an answer to an older one looks like nobody's
 */
internal class Mailbox(remembered: Int) {
    val counts = AnswerCounts()

    private val ids = AtomicLong()
    private val most = LongAccumulator(::maxOf, 0)
    private val answers =
        WaitMap<Long, RpcAnswer>("mailbox", remember = remembered) { _, _ -> counts.undelivered.increment() }

    /** How many wait. */
    val waiting: Int get() = answers.size

    /** How many waited when there were most of them. */
    val mostWaiting: Long get() = most.get()

    /** An id for one request. */
    fun nextId(): Long = ids.incrementAndGet()

    /**
     * Begins to wait for the answer to the request [id].
     *
     * @throws dev.offload.WaitMapClosedException if the mailbox is closed
     */
    fun subscribe(id: Long): Waiter<RpcAnswer> = answers.subscribe(id).also { most.accumulate(answers.size.toLong()) }

    /** Takes in what came, and wakes who waits for it. For one thread. */
    fun take(incoming: Incoming) {
        counts.frames.increment()
        when (incoming) {
            is Incoming.Answer -> take(incoming.id, incoming.value)
            is Incoming.Invalid -> invalid(incoming.id)
            Incoming.Stray -> counts.unknown.increment()
            Incoming.Malformed -> counts.malformed.increment()
        }
    }

    private fun take(id: Long, answer: RpcAnswer) {
        val place = when (val outcome = answers.wake(id, answer)) {
            is WakeOutcome.Woke -> counts.delivered

            is WakeOutcome.NoMatch -> when (outcome.reason) {
                NoMatchReason.LATE -> counts.late
                NoMatchReason.DUPLICATE -> counts.duplicate
                NoMatchReason.UNKNOWN -> counts.unknown
            }

            is WakeOutcome.Closed -> counts.afterClose

            is WakeOutcome.Stored -> error("the map was made to store nothing")
        }
        place.increment()
    }

    /** Who waits is told at once, and not left to run out of time. */
    private fun invalid(id: Long) {
        answers.fail(id, InvalidAnswerException())
        counts.malformed.increment()
    }

    /** Fails all who wait, and who will, because of [why]. */
    fun close(why: Throwable) = answers.close(why)
}
