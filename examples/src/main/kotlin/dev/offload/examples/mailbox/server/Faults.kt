package dev.offload.examples.mailbox.server

import java.util.SplittableRandom
import kotlin.time.Duration

/**
 * Draws what the server does to each request, from [seed] and the number of the request: the same in every run, in
 * whatever order requests arrive.
 *
 * Most answers take up to a quarter of [timeout]; slow ones take longer than it, up to one and a half.
 */
internal class Faults(private val seed: Long, private val timeout: Duration) {
    fun fate(number: Int): Fate {
        val random = SplittableRandom(seed * SPREAD + number)
        val first = timeout * (random.nextDouble() * USUAL)
        val second = first + timeout * (random.nextDouble() * USUAL)
        val late = timeout * (1 + random.nextDouble() * SLOW)
        val delays =
            when (random.nextInt(1_000)) {
                in 0..<10 -> emptyList()
                in 10..<20 -> listOf(late)
                in 20..<30 -> listOf(first, second)
                else -> listOf(first)
            }
        val noise =
            when (random.nextInt(1_000)) {
                0, 1 -> Purpose.MALFORMED
                2, 3 -> Purpose.UNKNOWN
                else -> null
            }
        val form =
            when (random.nextInt(1_000)) {
                in 0..<10 -> Form.ERROR
                in 10..<15 -> Form.INVALID
                else -> Form.RESULT
            }
        return Fate(if (form == Form.INVALID) delays.take(1) else delays, form, noise)
    }

    private companion object {
        const val SPREAD = 1_000_003L
        const val USUAL = 0.25
        const val SLOW = 0.5
    }
}

/**
 * What the server does to one request.
 *
 * @property delays when it answers, after the request came: never, once, or twice with the same answer
 * @property form what the answer is
 * @property noise what it sends besides, at once
 */
internal class Fate(val delays: List<Duration>, val form: Form, val noise: Purpose?)

/** What an answer is. */
internal enum class Form {
    RESULT,
    ERROR,

    /** Neither of the two, with the right id. */
    INVALID,
}
