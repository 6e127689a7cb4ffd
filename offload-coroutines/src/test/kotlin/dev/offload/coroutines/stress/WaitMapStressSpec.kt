package dev.offload.coroutines.stress

import dev.offload.DuplicateWaiterException
import dev.offload.EarlyWakes
import dev.offload.OffloadTimeoutException
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import dev.offload.coroutines.EarlyWakes
import dev.offload.coroutines.WaitMap
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes

/**
 * W3: every value given to `wake` is counted where it ends; each must end once. Waiters are woken, cancelled, closed, timed
 * out and, in the end, closed with the map, all at the same time.
 */
class WaitMapStressSpec :
    FunSpec({
        test("W3: of 1,000,000 wakes no value is lost or seen twice, whatever ends the waits") {
            storm(1_000_000, null)
        }

        test("W3, W6: of 2,000,000 wakes of a map that stores, no value is lost or seen twice") {
            storm(2_000_000, EarlyWakes(maxStored = 16, maxAge = 1.milliseconds))
        }

        test("W3: a wake that races its waiter's cancellation, and a second wake") {
            val books = Books(ROUNDS * 2)
            val map = WaitMap<Int, Int>(onUndelivered = books::undelivered)
            bounded {
                repeat(ROUNDS) { round ->
                    val waiter = launch(start = CoroutineStart.UNDISPATCHED) { books.delivered(map.await(round)) }
                    val wakes = List(2) { launch { books.woken(2 * round + it, map.wake(round, 2 * round + it)) } }
                    if (round % 3 == 0) yield()
                    waiter.cancelAndJoin()
                    wakes.joinAll()
                }
            }
            map.size shouldBe 0
            books.balance()
        }

        test(
            "W4: a wake that races the close answers Woke or Closed where somebody waited before both, never NoMatch",
        ) {
            bounded {
                repeat(ROUNDS / 10) { round ->
                    val books = Books(KEYS)
                    val map = WaitMap<Int, Int>(onUndelivered = books::undelivered)
                    val waiters = List(KEYS) { key ->
                        launch(start = CoroutineStart.UNDISPATCHED) { ignoringEnds { books.delivered(map.await(key)) } }
                    }
                    val wakes = launch {
                        for (key in 0 until KEYS) {
                            val outcome = map.wake(key, key)
                            (outcome is WakeOutcome.NoMatch) shouldBe false
                            books.woken(key, outcome)
                        }
                    }
                    val late = launch {
                        ignoringEnds { map.subscribe(round % KEYS).close() }
                        ignoringEnds { map.subscribe(KEYS).await() }
                    }
                    if (round % 2 == 0) yield()
                    map.close()
                    (waiters + wakes + late).joinAll()
                    map.size shouldBe 0
                    books.balance()
                }
            }
        }
    })

private suspend fun storm(wakes: Int, early: EarlyWakes?) {
    val books = Books(wakes)
    val map = WaitMap<Int, Int>(early = early, onUndelivered = books::undelivered)
    bounded(3.minutes) {
        val next = AtomicInteger()
        val wakers = List(2) {
            launch {
                val random = Random(it)
                while (true) {
                    val value = next.getAndIncrement()
                    if (value >= wakes) break
                    books.woken(value, map.wake(random.nextInt(KEYS), value))
                    if (value % 8 == 0) yield()
                }
            }
        }
        val waiters = List(6) {
            launch {
                val random = Random(it + 100)
                while (true) ignoringDuplicates { if (!waitOnce(map, books, random)) return@launch }
            }
        }
        wakers.joinAll()
        map.close() // while waits go on
        waiters.joinAll()
    }
    map.size shouldBe 0
    books.balance()
    books.delivered.get() + books.handedBack.get() + books.undelivered.get() shouldBe wakes
    books.delivered.get() shouldBeGreaterThan 0
    books.handedBack.get() shouldBeGreaterThan 0
    books.undelivered.get() shouldBeGreaterThan 0 // cancelled, closed or, in a store, expired or too many
}

/** One wait that ends in one way or another; false when the map is closed. */
private suspend fun CoroutineScope.waitOnce(map: WaitMap<Int, Int>, books: Books, random: Random): Boolean {
    val key = random.nextInt(KEYS)
    try {
        when (random.nextInt(4)) {
            0 -> books.delivered(map.await(key, 50.microseconds))

            1 -> map.subscribe(key).use { if (random.nextBoolean()) yield() }

            2 -> {
                val waiter =
                    launch(start = CoroutineStart.UNDISPATCHED) { ignoringEnds { books.delivered(map.await(key)) } }
                yield()
                waiter.cancelAndJoin()
            }

            else -> books.delivered(map.await(key))
        }
    } catch (_: OffloadTimeoutException) {
        // the next one
    } catch (_: WaitMapClosedException) {
        return false
    }
    return !map.isClosed
}

private inline fun ignoringDuplicates(block: () -> Unit) = try {
    block()
} catch (_: DuplicateWaiterException) {
    // another one waits for the key
}

private inline fun ignoringEnds(block: () -> Unit) = try {
    ignoringDuplicates(block)
} catch (_: WaitMapClosedException) {
    // not this wait's day
}

/** Where each value ended. */
private class Books(values: Int) {
    private val seen = AtomicIntegerArray(values)
    private val kept = AtomicIntegerArray(values)
    val delivered = AtomicInteger()
    val handedBack = AtomicInteger()
    val undelivered = AtomicInteger()

    fun delivered(value: Int) {
        delivered.incrementAndGet()
        seen.incrementAndGet(value)
    }

    fun undelivered(@Suppress("unused") key: Int, value: Int) {
        undelivered.incrementAndGet()
        seen.incrementAndGet(value)
    }

    fun woken(value: Int, outcome: WakeOutcome<Int>) = when (outcome) {
        is WakeOutcome.Woke, is WakeOutcome.Stored -> kept.set(value, 1)
        is WakeOutcome.NoMatch -> back(value, outcome.value())
        is WakeOutcome.Closed -> back(value, outcome.value())
    }

    private fun back(value: Int, handedBack: Int) {
        handedBack shouldBe value
        this.handedBack.incrementAndGet()
        seen.incrementAndGet(value)
    }

    /** values in = delivered + handed back + undelivered, and one by one. */
    fun balance() {
        val wrong = (0 until seen.length()).filter { seen[it] != 1 }
        wrong.map { "$it: seen ${seen[it]} times, kept ${kept[it]}" } shouldBe emptyList()
    }
}

private const val ROUNDS = 50_000
private const val KEYS = 32
