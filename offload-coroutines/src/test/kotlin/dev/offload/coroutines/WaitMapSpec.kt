package dev.offload.coroutines

import dev.offload.DuplicateWaiterException
import dev.offload.EarlyWakes
import dev.offload.NoMatchReason
import dev.offload.OffloadCancelledException
import dev.offload.OffloadTimeoutException
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Waiting by key, in virtual time. */
class WaitMapSpec :
    StringSpec({
        "a waiter gets the value its key is woken with, and nobody waits then" {
            runTest {
                val map = WaitMap<String, Int>()
                val one = async(start = CoroutineStart.UNDISPATCHED) { map.await("one") }
                val two = async(start = CoroutineStart.UNDISPATCHED) { map.await("two", 1.seconds) }
                map.size shouldBe 2
                map.wake("two", 2) shouldBe WakeOutcome.Woke()
                map.wake("one", 1) shouldBe WakeOutcome.Woke()
                map.size shouldBe 0
                one.await() shouldBe 1
                two.await() shouldBe 2
                testScheduler.currentTime shouldBe 0
            }
        }

        "a key may be waited for again and again, and null is a value" {
            runTest {
                val map = WaitMap<String, Int?>()
                for (value in listOf(1, null, 3)) {
                    map.subscribe("key").use {
                        map.wake("key", value) shouldBe WakeOutcome.Woke()
                        it.await() shouldBe value
                    }
                }
            }
        }

        "keys are compared with equals" {
            runTest {
                val map = WaitMap<List<Int>, String>()
                val waiter = map.subscribe(listOf(1, 2))
                map.wake(mutableListOf(1, 2), "same") shouldBe WakeOutcome.Woke()
                waiter.await() shouldBe "same"
            }
        }

        "W1: a second waiter of a key is refused, and the first is not touched" {
            runTest {
                val map = WaitMap<String, Int>("answers")
                val first = map.subscribe("key")
                shouldThrow<DuplicateWaiterException> { map.subscribe("key") }.message shouldBe
                    "answers: somebody waits for this key already; wait under a key of your own, or close the first waiter"
                shouldThrow<DuplicateWaiterException> { map.await("key") }
                shouldThrow<DuplicateWaiterException> { map.await("key", 1.seconds) }
                map.size shouldBe 1
                map.wake("key", 1) shouldBe WakeOutcome.Woke()
                first.await() shouldBe 1
            }
        }

        "W2: what is sent after subscribe is not missed, also if the wake comes before the await" {
            runTest {
                val map = WaitMap<String, Int>()
                map.subscribe("key").use { waiter ->
                    map.wake("key", 1) shouldBe WakeOutcome.Woke()
                    waiter.await() shouldBe 1
                }
            }
        }

        "W3: a value nobody waits for is handed back" {
            val map = WaitMap<String, Int>()
            map.wake("key", 1) shouldBe WakeOutcome.NoMatch(1)
            map.subscribe("key")
            map.wake("key", 2) shouldBe WakeOutcome.Woke()
            map.wake("key", 3) shouldBe WakeOutcome.NoMatch(3)
        }

        "W3: a value given to a waiter that is cancelled before it resumes goes to onUndelivered, once" {
            undeliveredTest { map, undelivered ->
                val waiter = launch(start = CoroutineStart.UNDISPATCHED) { map.await("key") }
                map.wake("key", 1) shouldBe WakeOutcome.Woke()
                waiter.cancelAndJoin()
                undelivered shouldContainExactly listOf("key" to 1)
            }
        }

        "W3: a value given to a waiter that is closed, or cancelled before its await, goes to onUndelivered, once" {
            undeliveredTest { map, undelivered ->
                val closed = map.subscribe("closed")
                map.wake("closed", 1)
                closed.close()
                closed.close()
                val cancelled = map.subscribe("cancelled")
                map.wake("cancelled", 2)
                undelivered shouldContainExactly listOf("closed" to 1)
                launch { cancelAnd { cancelled.await() } }.join()
                undelivered shouldContainExactly listOf("closed" to 1, "cancelled" to 2)
            }
        }

        "W3: a value that was taken stays taken, whatever is done to its waiter later" {
            undeliveredTest { map, undelivered ->
                val waiter = map.subscribe("key")
                map.wake("key", 1)
                waiter.await() shouldBe 1
                waiter.close()
                map.close()
                undelivered.shouldBeEmpty()
            }
        }

        "W3: a value given in time arrives although the time is over when it is taken" {
            undeliveredTest { map, undelivered ->
                val waiter = async(start = CoroutineStart.UNDISPATCHED) { map.await("key", 1.milliseconds) }
                map.wake("key", 1) shouldBe WakeOutcome.Woke()
                testScheduler.advanceTimeBy(1.seconds)
                waiter.await() shouldBe 1
                undelivered.shouldBeEmpty()
            }
        }

        "W3: withTimeout around an await loses nothing: what it cuts off goes to onUndelivered" {
            undeliveredTest { map, undelivered ->
                val waiter = async(start = CoroutineStart.UNDISPATCHED) {
                    withTimeoutOrNull(1.seconds) { map.await("key") }
                }
                launch {
                    delay(1.seconds) // the waiter is cancelled by now, and has not resumed
                    map.wake("key", 1) shouldBe WakeOutcome.Woke()
                }
                waiter.await().shouldBeNull()
                testScheduler.advanceUntilIdle()
                undelivered shouldContainExactly listOf("key" to 1)
            }
        }

        "W4: a cancelled waiter leaves no entry, and its key can be waited for again" {
            undeliveredTest { map, undelivered ->
                val waiter = launch(start = CoroutineStart.UNDISPATCHED) { map.await("key") }
                waiter.cancelAndJoin()
                map.size shouldBe 0
                map.wake("key", 1) shouldBe WakeOutcome.NoMatch(1)
                val next = map.subscribe("key")
                map.wake("key", 2) shouldBe WakeOutcome.Woke()
                next.await() shouldBe 2
                undelivered.shouldBeEmpty()
            }
        }

        "W4: the caller's own cancellation comes first, and leaves no entry" {
            runTest {
                val map = WaitMap<String, Int>()
                var told: Throwable? = null
                launch {
                    cancelAnd {
                        try {
                            map.await("key")
                        } catch (e: CancellationException) {
                            told = e
                        }
                    }
                }.join()
                told.shouldBeInstanceOf<CancellationException>()
                map.size shouldBe 0
            }
        }

        "W4: a timeout is an OffloadTimeoutException that names the limit, and leaves no entry" {
            runTest {
                val map = WaitMap<String, Int>("answers")
                val late = shouldThrow<OffloadTimeoutException> { map.await("key", 1500.milliseconds) }
                late.message shouldBe "answers: no value came for the key within PT1.5S"
                late.limit().toMillis() shouldBe 1500
                currentTime shouldBe 1500
                map.size shouldBe 0
                map.wake("key", 1) shouldBe WakeOutcome.NoMatch(1)
            }
        }

        "W4: a wait with a time limit that is over in another way leaves no timer" {
            runTest {
                val map = WaitMap<String, Int>()
                val woken = async(start = CoroutineStart.UNDISPATCHED) { map.await("woken", 1.days) }
                val cancelled = launch(start = CoroutineStart.UNDISPATCHED) { map.await("cancelled", 1.days) }
                map.wake("woken", 1)
                woken.await()
                cancelled.cancelAndJoin()
                testScheduler.advanceUntilIdle()
                currentTime shouldBe 0
            }
        }

        "W4: the time of a subscribed wait counts from its await" {
            runTest {
                val map = WaitMap<String, Int>()
                val waiter = map.subscribe("key")
                delay(5.seconds)
                shouldThrow<OffloadTimeoutException> { waiter.await(1.seconds) }
                currentTime shouldBe 6_000
                map.size shouldBe 0
            }
        }

        "W4: a close fails all who wait, and all who come later, with its cause" {
            runTest {
                val map = WaitMap<String, Int>("answers")
                val cause = IOException("connection reset")
                supervisorScope {
                    val waiting = async(start = CoroutineStart.UNDISPATCHED) { map.await("waiting") }
                    val limited = async(start = CoroutineStart.UNDISPATCHED) { map.await("limited", 1.days) }
                    val subscribed = map.subscribe("subscribed")
                    map.isClosed shouldBe false
                    map.close(cause)
                    map.close(IllegalStateException("second"))
                    map.isClosed shouldBe true
                    map.size shouldBe 0
                    for (wait in listOf<suspend () -> Int>(
                        waiting::await,
                        limited::await,
                        subscribed::await,
                        { map.await("later") },
                        { map.await("later", 1.seconds) },
                        { map.subscribe("later").await() },
                    )) {
                        val closed = shouldThrow<WaitMapClosedException> { wait() }
                        closed.message shouldBe "answers is closed, no value will come"
                        closed.cause shouldBeSameInstanceAs cause
                    }
                }
                testScheduler.advanceUntilIdle()
                currentTime shouldBe 0
            }
        }

        "W4: a value given before the close still arrives; one given after it is handed back as Closed" {
            undeliveredTest { map, undelivered ->
                val subscribed = map.subscribe("subscribed")
                val waiting = async(start = CoroutineStart.UNDISPATCHED) { map.await("waiting") }
                map.wake("subscribed", 1)
                map.wake("waiting", 2)
                map.close()
                subscribed.await() shouldBe 1
                waiting.await() shouldBe 2
                map.wake("subscribed", 3) shouldBe WakeOutcome.Closed(3)
                map.wake("nobody", 4) shouldBe WakeOutcome.Closed(4)
                undelivered.shouldBeEmpty()
            }
        }

        "W4: closing a waiter fails its own await, and no other" {
            runTest {
                val map = WaitMap<String, Int>("answers")
                val other = map.subscribe("other")
                val waiter = map.subscribe("key")
                supervisorScope {
                    val waiting = async(start = CoroutineStart.UNDISPATCHED) { waiter.await() }
                    waiter.close()
                    shouldThrow<OffloadCancelledException> { waiting.await() }.message shouldBe
                        "answers: the wait was cancelled: someone cancelled it by its key or its handle"
                }
                map.size shouldBe 1
                map.wake("other", 1)
                other.await() shouldBe 1
                map.subscribe("closed").run {
                    close()
                    shouldThrow<OffloadCancelledException> { await() }
                }
            }
        }

        "W6: an early wake is stored, and the next who waits gets it at once" {
            undeliveredTest(EarlyWakes(10, 1.seconds)) { map, undelivered ->
                map.wake("key", 1) shouldBe WakeOutcome.Stored()
                map.size shouldBe 0
                map.await("key") shouldBe 1
                map.wake("key", 2) shouldBe WakeOutcome.Stored()
                map.subscribe("key").use { it.await(1.seconds) shouldBe 2 }
                testScheduler.advanceUntilIdle()
                currentTime shouldBe 0
                undelivered.shouldBeEmpty()
            }
        }

        "W6: one value is stored for a key; a second early wake is handed back" {
            undeliveredTest(EarlyWakes(10, 1.seconds)) { map, undelivered ->
                map.wake("key", 1) shouldBe WakeOutcome.Stored()
                map.wake("key", 2) shouldBe WakeOutcome.NoMatch(2, NoMatchReason.DUPLICATE)
                map.await("key") shouldBe 1
                undelivered.shouldBeEmpty()
            }
        }

        "W6: what is stored too long falls out to onUndelivered" {
            undeliveredTest(EarlyWakes(10, 1.seconds)) { map, undelivered ->
                map.wake("old", 1)
                delay(500)
                map.wake("young", 2)
                delay(501)
                undelivered shouldContainExactly listOf("old" to 1)
                map.await("young") shouldBe 2
                shouldThrow<OffloadTimeoutException> { map.await("old", 10.seconds) }
                undelivered shouldContainExactly listOf("old" to 1)
            }
        }

        "W6: of too many stored values the oldest falls out to onUndelivered" {
            undeliveredTest(EarlyWakes(2, 1.days)) { map, undelivered ->
                for (value in 1..4) map.wake("key $value", value) shouldBe WakeOutcome.Stored()
                undelivered shouldContainExactly listOf("key 1" to 1, "key 2" to 2)
                map.await("key 3") shouldBe 3
                map.await("key 4") shouldBe 4
            }
        }

        "W6: a close sends the stored values to onUndelivered, and leaves no timer" {
            undeliveredTest(EarlyWakes(2, 1.days)) { map, undelivered ->
                map.wake("key", 1)
                map.close()
                undelivered shouldContainExactly listOf("key" to 1)
                map.wake("key", 2) shouldBe WakeOutcome.Closed(2)
                shouldThrow<WaitMapClosedException> { map.subscribe("key") }
                testScheduler.advanceUntilIdle()
                currentTime shouldBe 0
            }
        }

        "W6: a stored value whose waiter goes before it takes it goes to onUndelivered" {
            undeliveredTest(EarlyWakes(2, 1.days)) { map, undelivered ->
                map.wake("key", 1)
                map.subscribe("key").close()
                undelivered shouldContainExactly listOf("key" to 1)
            }
        }

        "W4: a wait for a value or null is null when its time is over, in the time of its caller" {
            runTest {
                val map = WaitMap<String, Int>()
                map.awaitOrNull("key", 1500.milliseconds).shouldBeNull()
                currentTime shouldBe 1500
                map.size shouldBe 0
                val waiter = map.subscribe("key")
                delay(500)
                waiter.awaitOrNull(1.seconds).shouldBeNull()
                currentTime shouldBe 3_000
                map.size shouldBe 0
                map.subscribe("key").use {
                    map.wake("key", 1)
                    it.awaitOrNull(1.seconds) shouldBe 1
                }
                shouldThrow<IllegalArgumentException> { map.awaitOrNull("key", Duration.ZERO) }
                map.size shouldBe 0
                testScheduler.advanceUntilIdle()
                currentTime shouldBe 3_000
            }
        }

        "E1: a wait for a value or null that is cancelled is not null, and a value it misses goes to onUndelivered" {
            undeliveredTest { map, undelivered ->
                val waiter = async(start = CoroutineStart.UNDISPATCHED) { map.awaitOrNull("key", 1.days) }
                map.wake("key", 1) shouldBe WakeOutcome.Woke()
                waiter.cancelAndJoin()
                waiter.isCancelled shouldBe true
                undelivered shouldContainExactly listOf("key" to 1)
                launch { cancelAnd { map.awaitOrNull("other", 1.seconds) } }.join()
                map.size shouldBe 0
            }
        }

        "W4: a value or a fail, whichever is first, is what a waiter gets that has not resumed yet" {
            undeliveredTest { map, undelivered ->
                val cause = IOException("refused")
                supervisorScope {
                    val woken = async(start = CoroutineStart.UNDISPATCHED) { map.await("woken") }
                    val failed = async(start = CoroutineStart.UNDISPATCHED) { runCatching { map.await("failed") } }
                    map.wake("woken", 1) shouldBe WakeOutcome.Woke()
                    map.fail("woken", cause) shouldBe false
                    map.fail("failed", cause) shouldBe true
                    map.wake("failed", 2) shouldBe WakeOutcome.NoMatch(2)
                    woken.await() shouldBe 1
                    failed.await().exceptionOrNull() shouldBeSameInstanceAs cause
                }
                undelivered.shouldBeEmpty()
            }
        }

        "W3: a value that its waiter missed is no less given: what comes after it is a duplicate" {
            runTest {
                val map = WaitMap<String, Int>(remember = 2)
                val waiter = map.subscribe("key")
                map.wake("key", 1) shouldBe WakeOutcome.Woke()
                waiter.close()
                map.wake("key", 2) shouldBe WakeOutcome.NoMatch(2, NoMatchReason.DUPLICATE)
                map.subscribe("key").close()
                map.wake("key", 3) shouldBe WakeOutcome.NoMatch(3, NoMatchReason.LATE)
                shouldThrow<IllegalArgumentException> { WaitMap<String, Int>(remember = -1) }.message shouldBe
                    "remember must not be negative, but is -1"
            }
        }

        "a map on real time times a wait out, and throws stored values out" {
            val gone = CompletableDeferred<Int>()
            val map = WaitMap<String, Int>(early = EarlyWakes(2, 1.milliseconds)) { _, value -> gone.complete(value) }
            runTest(timeout = 30.seconds) {
                withContext(Dispatchers.Default) {
                    shouldThrow<OffloadTimeoutException> { map.await("key", 1.milliseconds) }
                    shouldThrow<OffloadTimeoutException> { map.subscribe("key").await(1.milliseconds) }
                    map.wake("early", 1)
                    gone.await() shouldBe 1
                }
            }
        }

        "a time longer than can be measured is no limit" {
            runTest {
                val map = WaitMap<String, Int>()
                val waiter = async(start = CoroutineStart.UNDISPATCHED) { map.await("key", Duration.INFINITE) }
                map.wake("key", 1)
                waiter.await() shouldBe 1
            }
        }
    })

/** Runs [block] in a coroutine that has just been cancelled. */
private suspend fun CoroutineScope.cancelAnd(block: suspend () -> Unit) {
    cancel()
    block()
}

/** Runs a test with a map in virtual time that remembers what reached nobody. */
private fun undeliveredTest(
    early: EarlyWakes? = null,
    test: suspend TestScope.(WaitMap<String, Int>, List<Pair<String, Int>>) -> Unit,
) = runTest {
    val undelivered = mutableListOf<Pair<String, Int>>()
    val context = if (early == null) EmptyCoroutineContext else StandardTestDispatcher(testScheduler)
    val map = WaitMap<String, Int>("answers", early, context = context) { key, value -> undelivered += key to value }
    test(map, undelivered)
}
