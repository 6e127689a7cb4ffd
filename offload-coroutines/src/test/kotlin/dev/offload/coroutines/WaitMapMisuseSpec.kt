package dev.offload.coroutines

import dev.offload.OffloadTimeoutException
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.runTest
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

/** Wrong use of a wait map: a clear error, and the map as it was. */
class WaitMapMisuseSpec :
    StringSpec({
        "a timeout that is not longer than zero is refused, and nobody waits" {
            runTest {
                val map = WaitMap<String, Int>()
                for (timeout in listOf(Duration.ZERO, (-1).nanoseconds, -Duration.INFINITE)) {
                    shouldThrow<IllegalArgumentException> { map.await("key", timeout) }.message shouldContain
                        "timeout must be longer than zero"
                }
                map.size shouldBe 0
                val waiter = map.subscribe("key")
                shouldThrow<IllegalArgumentException> { waiter.await(Duration.ZERO) }
                map.wake("key", 1)
                waiter.await() shouldBe 1 // the wait went on
            }
        }

        "bounds of a store that make no sense are refused" {
            shouldThrow<IllegalArgumentException> { EarlyWakes(0, 1.seconds) }.message shouldBe
                "maxStored must be at least 1, but is 0"
            shouldThrow<IllegalArgumentException> { EarlyWakes(1, Duration.ZERO) }.message shouldBe
                "maxAge must be longer than zero, but is PT0S"
            shouldThrow<IllegalArgumentException> { EarlyWakes(1, Duration.INFINITE) }.message shouldContain "maxAge"
        }

        "a wait can be awaited once, and the second await does not disturb the first" {
            runTest {
                val map = WaitMap<String, Int>()
                val waiter = map.subscribe("key")
                val first = async(start = CoroutineStart.UNDISPATCHED) { waiter.await() }
                shouldThrow<IllegalStateException> { waiter.await() }.message shouldBe
                    "this wait was awaited before; subscribe again to wait again"
                shouldThrow<IllegalStateException> { waiter.await(1.seconds) }
                map.wake("key", 1) shouldBe WakeOutcome.Woke()
                first.await() shouldBe 1
                shouldThrow<IllegalStateException> { waiter.await() }
            }
        }

        "waking from inside onUndelivered works" {
            runTest {
                lateinit var map: WaitMap<String, Int>
                val outcomes = mutableListOf<WakeOutcome<Int>>()
                map = WaitMap { _, value -> outcomes += map.wake("dead letters", value) }
                val deadLetters = map.subscribe("dead letters")
                map.subscribe("key").run {
                    map.wake("key", 1)
                    close()
                }
                deadLetters.await() shouldBe 1
                outcomes shouldContainExactly listOf(WakeOutcome.Woke())
            }
        }

        "waking from inside onUndelivered works while the map closes" {
            runTest {
                lateinit var map: WaitMap<String, Int>
                val outcomes = mutableListOf<WakeOutcome<Int>>()
                val context = StandardTestDispatcher(testScheduler)
                map = WaitMap(early = EarlyWakes(5, 1.seconds), context = context) { key, value ->
                    outcomes += map.wake(key, value)
                }
                map.wake("key", 1)
                map.close()
                outcomes shouldContainExactly listOf(WakeOutcome.Closed(1))
            }
        }

        "an onUndelivered that throws changes nothing for anybody" {
            runTest {
                val seen = mutableListOf<Int>()
                val context = StandardTestDispatcher(testScheduler)
                val map = WaitMap<String, Int>(early = EarlyWakes(1, 1.seconds), context = context) { _, value ->
                    seen += value
                    throw AssertionError("from the user's code")
                }
                map.wake("first", 1) shouldBe WakeOutcome.Stored()
                map.wake("second", 2) shouldBe WakeOutcome.Stored() // throws the first out
                val cancelled = launch(start = CoroutineStart.UNDISPATCHED) { map.await("cancelled") }
                map.wake("cancelled", 3) shouldBe WakeOutcome.Woke()
                cancelled.cancelAndJoin()
                map.subscribe("closed").run {
                    map.wake("closed", 4)
                    close()
                }
                map.close()
                seen shouldContainExactly listOf(1, 3, 4, 2)
            }
        }

        "a key that throws in hashCode or equals tells its caller, and the others are not touched" {
            for (early in listOf(null, EarlyWakes(5, 1.seconds))) {
                runTest {
                    val map = WaitMap<Any, Int>(early = early, context = StandardTestDispatcher(testScheduler))
                    val good = map.subscribe("good")
                    val hashless = HostileKey(0).apply { hash = { error("no hash") } }
                    shouldThrow<IllegalStateException> { map.subscribe(hashless) }.message shouldBe "no hash"
                    shouldThrow<IllegalStateException> { map.await(hashless) }
                    shouldThrow<IllegalStateException> { map.wake(hashless, 1) }
                    val parked = HostileKey(1)
                    val waiter = map.subscribe(parked)
                    val unequal = HostileKey(1).apply { equal = { error("no equals") } }
                    shouldThrow<IllegalStateException> { map.subscribe(unequal) }.message shouldBe "no equals"
                    shouldThrow<IllegalStateException> { map.wake(unequal, 1) }
                    map.size shouldBe 2
                    map.wake(parked, 2) shouldBe WakeOutcome.Woke()
                    waiter.await() shouldBe 2
                    map.wake("good", 3) shouldBe WakeOutcome.Woke()
                    good.await() shouldBe 3
                    testScheduler.advanceUntilIdle()
                    testScheduler.currentTime shouldBe 0
                }
            }
        }

        "W4: a wait whose key turns hostile ends still: by a close, a cancellation, a timeout" {
            runTest {
                val map = WaitMap<Any, Int>()
                supervisorScope {
                    val keys = List(3) { HostileKey(it) }
                    val closed = async(start = CoroutineStart.UNDISPATCHED) { map.await(keys[0]) }
                    val timed = async(start = CoroutineStart.UNDISPATCHED) { map.await(keys[1], 1.seconds) }
                    val cancelled = launch(start = CoroutineStart.UNDISPATCHED) { map.await(keys[2]) }
                    keys.forEach { it.hash = { error("no hash") } }
                    cancelled.cancelAndJoin()
                    shouldThrow<OffloadTimeoutException> { timed.await() }
                    map.close()
                    shouldThrow<WaitMapClosedException> { closed.await() }
                    map.size shouldBe 0
                }
            }
        }

        "a waiter resumed inside the wake may use the map" {
            runTest {
                val map = WaitMap<String, Int>()
                val sum = async(UnconfinedTestDispatcher(testScheduler)) { map.await("one") + map.await("two") }
                map.wake("one", 1) shouldBe WakeOutcome.Woke()
                map.wake("two", 2) shouldBe WakeOutcome.Woke()
                sum.await() shouldBe 3
            }
        }

        "a waiter resumed inside the close may use the map" {
            runTest {
                val map = WaitMap<String, Int>()
                val told = async(UnconfinedTestDispatcher(testScheduler)) {
                    shouldThrow<WaitMapClosedException> { map.await("one") }
                    map.wake("two", 2)
                }
                val other = map.subscribe("two")
                map.close()
                told.await() shouldBe WakeOutcome.Closed(2)
                shouldThrow<WaitMapClosedException> { other.await() }
            }
        }

        "texts tell the name and the numbers, and no key" {
            runTest {
                val map = WaitMap<String, Int>("answers")
                map.subscribe("secret")
                map.toString() shouldBe "WaitMap(answers, 1 waiting)"
                map.close()
                map.toString() shouldBe "WaitMap(answers, 0 waiting, closed)"
                shouldThrow<OffloadTimeoutException> {
                    WaitMap<String, Int>().await("secret", 1.seconds)
                }.message shouldBe
                    "wait map: no value came for the key within PT1S"
            }
        }
    })

private class HostileKey(val id: Int) {
    var hash: () -> Int = { id }
    var equal: (Any?) -> Boolean = { it is HostileKey && it.id == id }

    override fun hashCode() = hash()

    override fun equals(other: Any?) = equal(other)
}
