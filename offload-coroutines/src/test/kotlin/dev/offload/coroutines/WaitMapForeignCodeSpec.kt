package dev.offload.coroutines

import dev.offload.EarlyWakes
import dev.offload.NoMatchReason
import dev.offload.OffloadTimeoutException
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import dev.offload.coroutines.internal.face.ChannelWaitMap
import dev.offload.coroutines.internal.threads.SidePool
import dev.offload.coroutines.internal.threads.SideThreads
import dev.offload.coroutines.internal.time.OffloadTimer
import dev.offload.coroutines.internal.waitmap.WaitTable
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Delay
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.runTest
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.startCoroutine
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** R9, for a wait map: what others wrote throws, blocks, or runs where it should not, and nobody else loses by it. */
class WaitMapForeignCodeSpec :
    FunSpec({
        afterSpec { forgetUncaught() }

        for ((what, hostile) in throwing()) {
            test("R9: a $what costs a close nothing: all others are told, what was stored is handed over") {
                val undelivered = ConcurrentLinkedQueue<Int>()
                val map = WaitMap<Int, Int>(early = EarlyWakes(5, 1.hours)) { _, value -> undelivered += value }
                map.wake(1_000, 7) shouldBe WakeOutcome.Stored()
                val others = (0 until 20).map { key ->
                    if (key % 5 == 0) stranded(hostile) { map.await(key) }
                    told { map.await(key + 100) }
                }
                val cause = IllegalStateException("connection lost")
                inTime { map.close(cause) }
                for (other in others) {
                    val closed = other.answer().exceptionOrNull().shouldBeInstanceOf<WaitMapClosedException>()
                    closed.cause shouldBeSameInstanceAs cause
                }
                map.size shouldBe 0
                undelivered.toList() shouldContainExactly listOf(7)
                map.close()
                map.wake(0, 1) shouldBe WakeOutcome.Closed(1)
            }

            test("R9: a $what costs nothing where all are failed: the others are told, and all can wait again") {
                val map = WaitMap<Int, Int>()
                val others = (0 until 20).map { key ->
                    if (key % 5 == 0) stranded(hostile) { map.await(key) }
                    told { map.await(key + 100) }
                }
                val cause = IllegalStateException("connection lost")
                inTime { map.fail(0, cause) } shouldBe true
                inTime { map.failAll(cause) } shouldBe 23
                others.forEach { it.answer().exceptionOrNull() shouldBeSameInstanceAs cause }
                map.size shouldBe 0
                (0 until 20).forEach { map.subscribe(it) }
            }

            test("W3: a $what does not reach who wakes, and the value goes to onUndelivered, once") {
                val undelivered = ConcurrentLinkedQueue<Int>()
                val map = WaitMap<Int, Int> { _, value -> undelivered += value }
                stranded(hostile) { map.await(1) }
                stranded(hostile) { map.await(2, 1.days) }
                inTime { map.wake(1, 10) } shouldBe WakeOutcome.Woke()
                inTime { map.wake(2, 20) } shouldBe WakeOutcome.Woke()
                eventually { undelivered.size == 2 }
                map.size shouldBe 0
                map.wake(1, 11) shouldBe WakeOutcome.NoMatch(11) // and the key is free
                told {
                    map.await(1)
                }.also { map.wake(1, 12) shouldBe WakeOutcome.Woke() }.answer().getOrThrow() shouldBe
                    12
                map.close()
                undelivered.toList() shouldContainExactlyInAnyOrder listOf(10, 20)
            }

            test("W4: a $what keeps no entry of a caller who was cancelled or whose time is over") {
                val undelivered = ConcurrentLinkedQueue<Int>()
                val map = WaitMap<Int, Int> { _, value -> undelivered += value }
                val cancelled = stranded(hostile) { map.await(1) }
                stranded(hostile) { map.await(2, 1.milliseconds) }
                inTime { runCatching { cancelled.cancel() } }
                eventually { map.size == 0 }
                map.wake(1, 10) shouldBe WakeOutcome.NoMatch(10)
                map.wake(2, 20) shouldBe WakeOutcome.NoMatch(20)
                undelivered.shouldBeEmpty()
            }
        }

        test("W3: a dispatcher that takes a caller and throws then gives the value to one of two, not to both") {
            val undelivered = ConcurrentLinkedQueue<Int>()
            val map = WaitMap<Int, Int> { _, value -> undelivered += value }
            val taken = ConcurrentLinkedQueue<Runnable>()
            val both = dispatcher { block ->
                taken += block
                error("after it took the caller")
            }
            val caller = told(both) { map.await(1) }
            map.wake(1, 10) shouldBe WakeOutcome.Woke()
            eventually { undelivered.size == 1 }
            taken.remove().run()
            caller.answer().isFailure shouldBe true
            undelivered.toList() shouldContainExactly listOf(10)
        }

        test("R9: a dispatcher that blocks delays nobody but its own caller") {
            val release = CountDownLatch(1)
            val undelivered = ConcurrentLinkedQueue<Int>()
            val map = WaitMap<Int, Int> { _, value -> undelivered += value }
            val blocking = dispatcher { block ->
                release.await()
                Dispatchers.Default.dispatch(EmptyCoroutineContext, block)
            }
            try {
                val woken = told(blocking) { map.await(1) }
                val timed = told(blocking) { map.await(2, 1.milliseconds) }
                val closed = told(blocking) { map.await(3) }
                val other = told { map.await(4) }
                val late = told { map.await(5, 5.milliseconds) }
                val failed = told(blocking) { map.await(7) }
                val end = told { map.await(6) }
                inTime { map.fail(7, IllegalStateException("refused")) } shouldBe true
                inTime { map.wake(1, 10) } shouldBe WakeOutcome.Woke()
                inTime { map.wake(4, 40) } shouldBe WakeOutcome.Woke()
                other.answer().getOrThrow() shouldBe 40
                late.answer().exceptionOrNull().shouldBeInstanceOf<OffloadTimeoutException>()
                inTime { map.close() }
                end.answer().exceptionOrNull().shouldBeInstanceOf<WaitMapClosedException>()
                map.size shouldBe 0
                release.countDown()
                woken.answer().getOrThrow() shouldBe 10
                timed.answer().isFailure shouldBe true
                failed.answer().exceptionOrNull().shouldBeInstanceOf<IllegalStateException>()
                closed.answer().exceptionOrNull().shouldBeInstanceOf<WaitMapClosedException>()
                undelivered.shouldBeEmpty()
            } finally {
                release.countDown()
            }
        }

        for ((what, inPlace) in inPlace()) {
            test("R9: the code of a caller $what is run neither by who wakes, nor by who closes, nor by the timer") {
                val release = CountDownLatch(1)
                val threads = ConcurrentLinkedQueue<Thread>()
                val map = WaitMap<Int, Int>()

                val starter = Thread.currentThread()

                fun blocksAfter(wait: suspend () -> Int) = told(inPlace) {
                    try {
                        wait()
                    } finally {
                        if (Thread.currentThread() !== starter) {
                            threads += Thread.currentThread()
                            release.await()
                        }
                    }
                }

                fun blocksAfterTimeout(key: Int): CompletableFuture<Result<Int>> {
                    var limit = 1.milliseconds
                    while (true) {
                        val caller = blocksAfter { map.await(key, limit) }
                        if (!caller.isDone) return caller
                        limit *= 2 // it was over before he had suspended
                    }
                }
                try {
                    val callers = listOf(
                        blocksAfter { map.await(1) },
                        blocksAfterTimeout(2),
                        blocksAfterTimeout(3),
                    )
                    val closing = blocksAfter { map.await(4) }
                    val mine = blocksAfter { map.subscribe(5).use { it.await() } }
                    val waker = inTime {
                        map.wake(1, 10) shouldBe WakeOutcome.Woke()
                        map.close()
                        Thread.currentThread()
                    }
                    eventually { threads.size == 5 }
                    threads.toSet().size shouldBe 5
                    for (thread in threads) {
                        thread shouldNotBe waker
                        thread.name shouldStartWith "offload-callback-wait map"
                        thread.isDaemon shouldBe true
                    }
                    release.countDown()
                    callers[0].answer().getOrThrow() shouldBe 10
                    listOf(callers[1], callers[2], closing, mine).forEach { it.answer().isFailure shouldBe true }
                } finally {
                    release.countDown()
                }
            }
        }

        test("W3: wakes that race the cancellation of callers who run in place lose no value and double none") {
            val rounds = 5_000
            val seen = List(rounds) { AtomicInteger() }
            val map = WaitMap<Int, Int> { _, value -> seen[value].incrementAndGet() }
            val wakers = List(2) { half ->
                CompletableFuture.runAsync {
                    for (value in half until rounds step 2) {
                        val outcome = map.wake(value, value)
                        if (outcome is WakeOutcome.NoMatch) seen[value].incrementAndGet()
                    }
                }
            }
            val scope = CoroutineScope(SupervisorJob() + Dispatchers.Unconfined)
            val callers = List(rounds) { key ->
                scope.launch { seen[map.await(key)].incrementAndGet() }.also { if (key % 2 == 0) it.cancel() }
            }
            wakers.forEach { it.get(BOUND, TimeUnit.SECONDS) }
            callers.forEach { it.cancel() }
            eventually { seen.all { it.get() > 0 } }
            eventually { callers.all { it.isCompleted } }
            map.size shouldBe 0
            seen.filter { it.get() != 1 }.shouldBeEmpty()
        }

        test("in virtual time a caller is resumed in place, on the thread that wakes") {
            runTest {
                val map = WaitMap<String, Int>()
                val told = mutableListOf<Thread>()
                launch(UnconfinedTestDispatcher(testScheduler)) {
                    map.await("key")
                    told += Thread.currentThread()
                }
                map.wake("key", 1) shouldBe WakeOutcome.Woke()
                told shouldContainExactly listOf(Thread.currentThread())
            }
        }

        for ((what, turn) in hostileTurns()) {
            test(
                "W4: a key whose $what later leaves no entry: after a close, a cancellation, a timeout, a close of all",
            ) {
                runTest {
                    val map = WaitMap<Any, Int>()
                    val keys = List(4) { TurningKey(it) }
                    val last = map.subscribe(keys[0]) // the others have to get past it
                    val closed = map.subscribe(keys[1])
                    val cancelled = launch(start = CoroutineStart.UNDISPATCHED) { map.await(keys[2]) }
                    val timed = told(UnconfinedTestDispatcher(testScheduler)) { map.await(keys[3], 1.seconds) }
                    keys.forEach(turn)
                    map.size shouldBe 4
                    closed.close()
                    map.size shouldBe 3
                    cancelled.cancelAndJoin()
                    map.size shouldBe 2
                    testScheduler.advanceUntilIdle()
                    timed.getNow(null)!!.exceptionOrNull().shouldBeInstanceOf<OffloadTimeoutException>()
                    map.size shouldBe 1
                    map.close()
                    map.size shouldBe 0
                    shouldThrow<WaitMapClosedException> { last.await() }
                }
            }

            test("W6: a stored value whose key's $what later falls out by age, by number and by the close, once each") {
                runTest {
                    val undelivered = mutableListOf<Int>()
                    val context = StandardTestDispatcher(testScheduler)
                    val map = WaitMap<Any, Int>(early = EarlyWakes(3, 1.seconds), context = context) { _, value ->
                        undelivered += value
                    }
                    val keys = List(4) { TurningKey(it) }
                    keys.forEach { map.wake(it, it.id) shouldBe WakeOutcome.Stored() }
                    undelivered shouldContainExactly listOf(0)
                    keys.forEach(turn)
                    testScheduler.advanceUntilIdle()
                    undelivered shouldContainExactly listOf(0, 1, 2, 3)
                    val young = TurningKey(9)
                    map.wake(young, 9) shouldBe WakeOutcome.Stored()
                    turn(young)
                    map.close()
                    undelivered shouldContainExactly listOf(0, 1, 2, 3, 9)
                    testScheduler.advanceUntilIdle()
                    undelivered.size shouldBe 5
                }
            }
        }

        test("R9: keys are compared with equals alone, whatever their compareTo does, and however many share a hash") {
            val map = WaitMap<Any, Int>()
            (1..100).forEach { map.subscribe("other $it") } // so many that a crowded place becomes a tree
            val waiters = (1..40).map { map.subscribe(Incomparable(it)) }
            map.size shouldBe 140
            map.wake(Incomparable(40), 1) shouldBe WakeOutcome.Woke()
            waiters.dropLast(1).forEach { it.close() }
            map.size shouldBe 100
        }

        test("W3: a key that throws in equals when a value is about to be stored leaves neither value nor timer") {
            runTest {
                val undelivered = mutableListOf<Int>()
                val context = StandardTestDispatcher(testScheduler)
                val map =
                    WaitMap<Any, Int>(early = EarlyWakes(3, 1.days), context = context) { _, value ->
                        undelivered +=
                            value
                    }
                map.wake(TurningKey(1), 1) shouldBe WakeOutcome.Stored()
                val unequal = TurningKey(1).also { it.equal = { error("no equals") } }
                shouldThrow<IllegalStateException> { map.wake(unequal, 2) }
                shouldThrow<IllegalStateException> { map.subscribe(unequal) }
                map.size shouldBe 0
                map.await(TurningKey(1)) shouldBe 1
                map.wake(unequal, 3) shouldBe WakeOutcome.Stored()
                map.close()
                undelivered shouldContainExactly listOf(3)
                testScheduler.advanceUntilIdle()
                testScheduler.currentTime shouldBe 0
            }
        }

        test("W3: a key that throws in equals changes nothing of what is remembered, and fails nobody") {
            val map = WaitMap<Any, Int>(remember = 3)
            map.subscribe(TurningKey(1)).close()
            val unequal = TurningKey(1).also { it.equal = { error("no equals") } }
            shouldThrow<IllegalStateException> { map.subscribe(unequal) }
            shouldThrow<IllegalStateException> { map.wake(unequal, 1) }
            map.waitingKeys().shouldBeEmpty()
            val waiting = map.subscribe(TurningKey(2))
            shouldThrow<IllegalStateException> { map.fail(unequal, IllegalArgumentException("refused")) }
            map.waitingKeys().map { (it as TurningKey).id } shouldContainExactly listOf(2)
            map.wake(TurningKey(1), 2) shouldBe WakeOutcome.NoMatch(2, NoMatchReason.LATE)
            map.wake(TurningKey(2), 3) shouldBe WakeOutcome.Woke()
            waiting.await() shouldBe 3
        }

        for ((what, turn) in hostileTurns()) {
            test("W6: a remembered key whose $what later is forgotten in its turn, and is in nobody's way") {
                val map = WaitMap<Any, Int>(remember = 2)
                val keys = List(4) { TurningKey(it) }
                keys.forEach { map.subscribe(it).close() }
                keys.forEach(turn)
                map.wake(TurningKey(1), 1) shouldBe WakeOutcome.NoMatch(1)
                map.wake(TurningKey(3), 1) shouldBe WakeOutcome.NoMatch(1, NoMatchReason.LATE)
                map.subscribe(TurningKey(2)).use { map.wake(TurningKey(2), 2) shouldBe WakeOutcome.Woke() }
                map.close()
            }
        }

        test("R9: a log that throws changes nothing") {
            withLogThatThrows {
                runTest {
                    val seen = mutableListOf<Int>()
                    val context = StandardTestDispatcher(testScheduler)
                    val map = WaitMap<Int, Int>(early = EarlyWakes(1, 1.seconds), context = context) { _, value ->
                        seen += value
                        error("from the user's code")
                    }
                    map.wake(1, 1) shouldBe WakeOutcome.Stored()
                    map.wake(2, 2) shouldBe WakeOutcome.Stored() // throws the first out
                    val waiter = map.subscribe(3)
                    map.wake(3, 3) shouldBe WakeOutcome.Woke()
                    waiter.close()
                    testScheduler.advanceUntilIdle() // throws the second out
                    map.wake(4, 4) shouldBe WakeOutcome.Stored()
                    map.close()
                    seen shouldContainExactly listOf(1, 3, 2, 4)
                }
            }
        }

        test("R9: an onUndelivered that blocks at the close delays no waiter") {
            val release = CountDownLatch(1)
            val map = WaitMap<Int, Int>(early = EarlyWakes(5, 1.hours)) { _, _ -> release.await() }
            map.wake(1, 1) shouldBe WakeOutcome.Stored()
            val waiters = (2..9).map { key -> told { map.await(key) } }
            val close = CompletableFuture.runAsync { map.close() }
            try {
                waiters.forEach { it.answer().exceptionOrNull().shouldBeInstanceOf<WaitMapClosedException>() }
                map.wake(2, 2) shouldBe WakeOutcome.Closed(2)
                map.size shouldBe 0
            } finally {
                release.countDown()
            }
            close.get(BOUND, TimeUnit.SECONDS)
        }

        test("R9: an onUndelivered may wake, wait, and close the map it was called by") {
            runTest {
                val outcomes = mutableListOf<WakeOutcome<Int>>()
                lateinit var map: WaitMap<Int, Int>
                val context = StandardTestDispatcher(testScheduler)
                map = WaitMap(early = EarlyWakes(1, 1.seconds), context = context) { key, value ->
                    if (key == 1) {
                        map.subscribe(50).use { outcomes += map.wake(50, value) }
                    } else if (key == 50) {
                        map.close()
                        outcomes += map.wake(2, value)
                    }
                }
                map.wake(1, 1) shouldBe WakeOutcome.Stored()
                map.wake(2, 2) shouldBe WakeOutcome.Stored()
                outcomes shouldContainExactly listOf(WakeOutcome.Woke(), WakeOutcome.Closed(1))
                map.isClosed shouldBe true
            }
        }

        test("W3: a clock that throws leaves neither value nor entry: the value is handed back, the wait is refused") {
            runTest {
                val undelivered = mutableListOf<Int>()
                val clock = OddClock { error("no clock") }
                val lane = SidePool("clock")
                val timer = OffloadTimer { _, _ -> error("no clock") }
                val map = ChannelWaitMap<Int, Int>(
                    WaitTable("map", timer, EarlyWakes(5, 1.seconds), 0, { _, value -> undelivered += value }, lane),
                )
                map.wake(1, 1) shouldBe WakeOutcome.NoMatch(1)
                val refused = told(clock) { map.await(1, 1.seconds) }
                refused.answer().exceptionOrNull()!!.message shouldBe "no clock"
                map.size shouldBe 0
                val waiter = map.subscribe(1)
                map.wake(1, 2) shouldBe WakeOutcome.Woke()
                waiter.await() shouldBe 2
                map.wake(1, 3) shouldBe WakeOutcome.NoMatch(3)
                map.close()
                undelivered.shouldBeEmpty()
            }
        }

        test("W3: a clock that throws when a timer is taken back loses nothing") {
            runTest {
                val undelivered = mutableListOf<Int>()
                val clock = OddClock { DisposableHandle { error("stays") } }
                val map =
                    WaitMap<Int, Int>(early = EarlyWakes(2, 1.seconds), context = clock) { _, value ->
                        undelivered +=
                            value
                    }
                for (key in 1..4) map.wake(key, key) shouldBe WakeOutcome.Stored()
                undelivered shouldContainExactly listOf(1, 2)
                map.await(3) shouldBe 3
                map.wake(4, 5) shouldBe WakeOutcome.NoMatch(5, NoMatchReason.DUPLICATE)
                val timed = told(clock) { map.await(6, 1.seconds) }
                map.wake(6, 6) shouldBe WakeOutcome.Woke()
                timed.answer().getOrThrow() shouldBe 6
                map.wake(7, 7) shouldBe WakeOutcome.Stored()
                map.close()
                undelivered shouldContainExactly listOf(1, 2, 4, 7)
            }
        }
    })

private const val BOUND = 20L

/** Runs something that must not block on a thread of its own. */
private fun <T> inTime(block: () -> T): T = CompletableFuture.supplyAsync(block) {
    Thread(it, "test").apply {
        isDaemon =
            true
    }.start()
}
    .get(BOUND, TimeUnit.SECONDS)

private fun <T> CompletableFuture<T>.answer(): T = get(BOUND, TimeUnit.SECONDS)

private fun eventually(condition: () -> Boolean) {
    val start = System.nanoTime()
    while (!condition()) {
        check(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(BOUND)) { "not within $BOUND s" }
        Thread.onSpinWait()
    }
}

private val nobody = CoroutineExceptionHandler { _, _ -> }

/** Starts a caller and suspends it; its dispatcher will not resume it. */
private fun stranded(dispatcher: CoroutineDispatcher, wait: suspend () -> Unit): Job =
    CoroutineScope(SupervisorJob() + dispatcher + nobody).launch(start = CoroutineStart.UNDISPATCHED) { wait() }

/** Starts a caller; he has begun to wait when this returns. Completed with what he is told. */
private fun <T> told(
    context: CoroutineContext = Dispatchers.Default,
    wait: suspend () -> T,
): CompletableFuture<Result<T>> {
    val told = CompletableFuture<Result<T>>()
    if (context == EmptyCoroutineContext) {
        wait.startCoroutine(Continuation(EmptyCoroutineContext) { told.complete(it) })
    } else {
        CoroutineScope(SupervisorJob() + context).async(start = CoroutineStart.UNDISPATCHED) {
            told.complete(runCatching { wait() })
        }
    }
    return told
}

private fun dispatcher(dispatch: (Runnable) -> Unit) = object : CoroutineDispatcher() {
    override fun dispatch(context: CoroutineContext, block: Runnable) = dispatch(block)
}

private fun throwing() = listOf(
    "dispatcher that throws" to dispatcher { error("no thread") },
    "dispatcher that throws an Error" to dispatcher { throw StackOverflowError("from the dispatcher") },
    "dispatcher that cannot tell whether to dispatch" to object : CoroutineDispatcher() {
        override fun isDispatchNeeded(context: CoroutineContext) = error("who knows")

        override fun dispatch(context: CoroutineContext, block: Runnable) = block.run()
    },
)

private fun inPlace() = listOf(
    "on Dispatchers.Unconfined" to Dispatchers.Unconfined,
    "on a dispatcher that never dispatches" to object : CoroutineDispatcher() {
        override fun isDispatchNeeded(context: CoroutineContext) = false

        override fun dispatch(context: CoroutineContext, block: Runnable) = error("not needed")
    },
    "on a dispatcher that runs in place" to dispatcher(Runnable::run),
    "without a dispatcher" to EmptyCoroutineContext,
)

private fun hostileTurns() = listOf<Pair<String, (TurningKey) -> Unit>>(
    "hashCode throws" to { it.hash = { error("no hash") } },
    "hashCode changes" to { key -> key.hash = { key.id + 1_000 } },
    "equals throws" to { it.equal = { error("no equals") } },
    "equals says no" to { it.equal = { false } },
)

/** All of one hash, so that they meet. */
private class TurningKey(val id: Int) {
    var hash: () -> Int = { 1 }
    var equal: (Any?) -> Boolean = { it is TurningKey && it.id == id }

    override fun hashCode() = hash()

    override fun equals(other: Any?) = equal(other)
}

private class Incomparable(val id: Int) : Comparable<Incomparable> {
    override fun hashCode() = 1

    override fun equals(other: Any?) = other is Incomparable && other.id == id

    override fun compareTo(other: Incomparable) = error("cannot be compared")
}

/** A dispatcher with a clock of its own. */
@OptIn(InternalCoroutinesApi::class)
private class OddClock(private val schedule: () -> DisposableHandle) :
    CoroutineDispatcher(),
    Delay {
    override fun dispatch(context: CoroutineContext, block: Runnable) = Dispatchers.Default.dispatch(context, block)

    override fun scheduleResumeAfterDelay(timeMillis: Long, continuation: CancellableContinuation<Unit>) =
        error("not used")

    override fun invokeOnTimeout(timeMillis: Long, block: Runnable, context: CoroutineContext) = schedule()
}

private fun withLogThatThrows(block: () -> Unit) {
    val handler = object : Handler() {
        override fun publish(record: LogRecord): Unit = error("the disk is full")

        override fun flush() = Unit

        override fun close() = Unit
    }
    val logger = Logger.getLogger("dev.offload")
    logger.addHandler(handler)
    try {
        block()
    } finally {
        logger.removeHandler(handler)
    }
}
