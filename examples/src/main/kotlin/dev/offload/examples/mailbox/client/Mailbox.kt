package dev.offload.examples.mailbox.client

import dev.offload.WakeOutcome
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.Waiter
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.atomic.LongAccumulator

/**
 * Where callers wait for their answers, by the id of their request.
 *
 * An answer is never early, because who asks subscribes first; so the map stores nothing, and what it hands back is
 * late, a duplicate, or nobody's.
 */
internal class Mailbox {
    val counts = AnswerCounts()

    private val ids = AtomicLong()
    private val answered = AnsweredIds()
    private val most = LongAccumulator(::maxOf, 0)
    private val answers = WaitMap<Long, RpcAnswer>("mailbox") { _, _ -> counts.undelivered.increment() }

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
            Incoming.Stray -> counts.unknown.increment()
            Incoming.Malformed -> counts.malformed.increment()
        }
    }

    private fun take(id: Long, answer: RpcAnswer) {
        if (id !in 1..ids.get()) return counts.unknown.increment()
        when (answers.wake(id, answer)) {
            is WakeOutcome.Woke -> {
                counts.delivered.increment()
                answered.add(id)
            }

            is WakeOutcome.NoMatch -> (if (answered.add(id)) counts.late else counts.duplicate).increment()

            is WakeOutcome.Closed -> (if (answered.add(id)) counts.afterClose else counts.duplicate).increment()

            is WakeOutcome.Stored -> error("the map was made to store nothing")
        }
    }

    /** Fails all who wait, and who will, because of [why]. */
    fun close(why: Throwable) = answers.close(why)
}
