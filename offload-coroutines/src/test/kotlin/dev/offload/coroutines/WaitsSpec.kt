package dev.offload.coroutines

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.LaunchOutcome
import dev.offload.OffloadConfig
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.RejectReason
import dev.offload.Submission
import dev.offload.TaskState
import dev.offload.coroutines.hostile.inTime
import dev.offload.coroutines.hostile.outcome
import dev.offload.coroutines.hostile.shouldComeToRest
import dev.offload.coroutines.hostile.started
import dev.offload.coroutines.hostile.until
import dev.offload.coroutines.hostile.withBlock
import dev.offload.coroutines.stress.realManager
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.time.Duration.Companion.seconds

/** Waits of bodies where several things happen at once: what ends a wait, what makes one count, and what is lent meanwhile. */
class WaitsSpec :
    FunSpec({
        val a = OffloadKind.named<Any, Int>("a")
        val b = OffloadKind.named<Any, Int>("b")
        val x = OffloadKind.named<Any, Int>("x")
        val one = ConcurrencyLimit.of(1)

        fun limited(limit: ConcurrencyLimit): OffloadConfig = OffloadConfig {
            kind(x, KindPolicy.unset().withConcurrency(limit))
        }

        context("bodies of two managers wait for each other's queued jobs") {
            test("T3: two bodies that hold what the callee of the other needs, each in another manager, go on") {
                val left = realManager(config = limited(one))
                val right = realManager(config = limited(one))
                val holds = CyclicBarrier(2)
                val first = left.submit(x.key("left")) { holds.await().let { right.call(x.key("for left")) { 1 } } }
                val second = right.submit(x.key("right")) { holds.await().let { left.call(x.key("for right")) { 2 } } }
                first.outcome() shouldBe Result.success(1)
                second.outcome() shouldBe Result.success(2)
                left.shouldComeToRest()
                right.shouldComeToRest()
            }

            test("T3: under load everyone is told, in either direction") {
                val managers = List(2) { realManager(config = limited(ConcurrencyLimit.of(2))) }

                suspend fun nested(side: Int, id: String, depth: Int): Int = managers[side].call(x.key(id)) {
                    if (depth == 0) {
                        yield()
                        1
                    } else {
                        List(2) { async { nested(1 - side, "$id.$it", depth - 1) } }.sumOf { it.await() }
                    }
                }

                val callers = List(8) { caller ->
                    started { (1..60).sumOf { round -> nested(caller % 2, "$caller/$round", 2) } }
                }
                // Permits come and go meanwhile.
                val others = List(4) { caller ->
                    started { (1..1_500).sumOf { nested(caller % 2, "other/$caller/$it", 0) } }
                }
                callers.forEach { it.inTime("all bodies of a caller end") shouldBe 240 }
                others.forEach { it.inTime("all bodies of another caller end") shouldBe 1_500 }
                managers.forEach { it.shouldComeToRest() }
            }
        }

        context("the end of a scope in a body, and a job of that scope that a cancel does not stop") {
            for (fails in listOf(true, false)) {
                val ending = if (fails) "fails" else "ends"
                for (waitsFirst in listOf(true, false)) {
                    val order = if (waitsFirst) "before" else "after"
                    test("E5: the job begins to wait for the body $order the block $ending") {
                        managerTest { manager ->
                            val told = mutableListOf<Throwable>()
                            lateinit var body: OffloadDeferred<Int>
                            body = manager.submit(a.key(1)) {
                                noting(told) {
                                    manager.scope("x") {
                                        submit(b.key(1)) {
                                            withContext(NonCancellable) {
                                                if (!waitsFirst) delay(2.seconds)
                                                noting(told) { body.join() }
                                            }
                                            1
                                        }
                                        delay(1.seconds)
                                        if (fails) error("of the block")
                                    }
                                }
                                1
                            }
                            shouldEnd(manager)
                            told.filter { it.isOfCycle() }.shouldNotBeEmpty()
                            body.jobState() shouldBe JobState.SUCCEEDED
                        }
                    }
                }
            }

            test("E5: as the block fails at the same moment, on real threads") {
                val manager = realManager()
                repeat(300) { round ->
                    val told = ConcurrentLinkedQueue<Throwable>()
                    val go = CyclicBarrier(2)
                    val self = CompletableDeferred<OffloadDeferred<Int>>()
                    val body = manager.submit(a.key(round)) {
                        val own = self.await()
                        noting(told) {
                            manager.scope("x") {
                                val running = CompletableDeferred<Unit>()
                                submit(b.key(round)) {
                                    withContext(NonCancellable) {
                                        running.complete(Unit)
                                        go.await()
                                        noting(told) { own.join() }
                                    }
                                    1
                                }
                                running.await()
                                go.await()
                                error("of the block")
                            }
                        }
                        1
                    }
                    self.complete(body)
                    body.outcome() shouldBe Result.success(1)
                    told.filter { it.isOfCycle() }.shouldNotBeEmpty()
                }
                manager.shouldComeToRest()
            }
        }

        context("a cancelled body that goes on waiting") {
            test("E5: it waits, is cancelled, and is waited for before it was asked to stop") {
                withBlock { stop ->
                    val manager = realManager()
                    val told = ConcurrentLinkedQueue<Throwable>()
                    val cancelled = CompletableDeferred<Unit>()
                    lateinit var waiter: OffloadDeferred<Int>
                    val other = manager.submit(b.key(1), context = Dispatchers.Unconfined) {
                        cancelled.await()
                        noting(told) { waiter.join() }
                        1
                    }
                    waiter = manager.submit(a.key(1), context = Dispatchers.Unconfined) {
                        onCancelling { stop.hold() }
                        withContext(NonCancellable) { noting(told) { other.join() } }
                        1
                    }
                    waiter.cancel() shouldBe true
                    stop.awaitArrival()
                    cancelled.complete(Unit) // runs the other body here, up to its wait
                    stop.release()
                    other.outcome() shouldBe Result.success(1)
                    told.filterIsInstance<OffloadCycleException>().shouldNotBeEmpty()
                    manager.shouldComeToRest()
                }
            }

            test("E5: it is waited for, is cancelled, and only then begins to wait, inside of the cancellation") {
                val manager = realManager()
                val told = ConcurrentLinkedQueue<Throwable>()
                val other = CompletableDeferred<OffloadDeferred<Int>>()
                val waiter = manager.submit(a.key(1), context = Dispatchers.Unconfined) {
                    try {
                        awaitCancellation()
                    } finally {
                        withContext(NonCancellable) { noting(told) { other.await().join() } }
                    }
                }
                other.complete(
                    manager.submit(b.key(1), context = Dispatchers.Unconfined) {
                        noting(told) { waiter.join() }
                        1
                    },
                )
                waiter.cancel() shouldBe true
                other.getCompleted().outcome() shouldBe Result.success(1)
                told.filterIsInstance<OffloadCycleException>().shouldNotBeEmpty()
                manager.shouldComeToRest()
            }

            test("E5: it waits, is waited for, and is cancelled: the wait that closed the circle was told") {
                managerTest { manager ->
                    val told = mutableListOf<Throwable>()
                    lateinit var other: OffloadDeferred<Int>
                    val waiter = manager.submit(a.key(1)) {
                        delay(1.seconds)
                        withContext(NonCancellable) { noting(told) { other.join() } }
                        1
                    }
                    other = manager.submit(b.key(1)) {
                        noting(told) { waiter.join() }
                        1
                    }
                    advanceTimeBy(2.seconds)
                    waiter.cancel()
                    shouldEnd(manager)
                    told.filterIsInstance<OffloadCycleException>().shouldNotBeEmpty()
                }
            }

            test("E5: in any order of the cancel and both waits, on real threads") {
                val manager = realManager()
                repeat(1_000) { round ->
                    val told = ConcurrentLinkedQueue<Throwable>()
                    val handles = List(2) { CompletableDeferred<OffloadDeferred<Int>>() }
                    val go = CompletableDeferred<Unit>()
                    val waiter = manager.submit(a.key(round)) {
                        withContext(NonCancellable) {
                            go.await()
                            noting(told) { handles[1].await().join() }
                        }
                        1
                    }
                    val other = manager.submit(b.key(round)) {
                        go.await()
                        noting(told) { handles[0].await().join() }
                        1
                    }
                    handles[0].complete(waiter)
                    handles[1].complete(other)
                    until("both run") { listOf(waiter, other).all { it.jobState() == JobState.RUNNING } }
                    go.complete(Unit)
                    waiter.cancel()
                    other.outcome() shouldBe Result.success(1)
                    inTime("the cancelled body ends") { waiter.join() }
                    told.filterIsInstance<OffloadCycleException>().shouldNotBeEmpty()
                }
                manager.shouldComeToRest()
            }

            test("T3: it lends its permit to what it begins to wait for inside of the cancellation") {
                val manager = realManager(config = limited(one))
                val waiter = manager.submit(x.key("waiter"), context = Dispatchers.Unconfined) {
                    try {
                        awaitCancellation()
                    } finally {
                        withContext(NonCancellable) { manager.call(x.key("queued")) { 1 } }
                    }
                }
                waiter.cancel() shouldBe true
                inTime("the cancelled body is lent back its permit") { waiter.join() }
                manager.shouldComeToRest()
            }

            test("T3: it lends its permit also if what it waits for began to need it before it was asked to stop") {
                withBlock { stop ->
                    val manager = realManager(config = limited(one))
                    val needsIt = CompletableDeferred<Unit>()
                    val between = manager.submit(b.key(1), context = Dispatchers.Unconfined) {
                        needsIt.await()
                        manager.call(x.key("queued")) { 1 }
                    }
                    val waiter = manager.submit(x.key("waiter"), context = Dispatchers.Unconfined) {
                        onCancelling { stop.hold() }
                        withContext(NonCancellable) { between.await() }
                    }
                    waiter.cancel() shouldBe true
                    stop.awaitArrival()
                    needsIt.complete(Unit)
                    stop.release()
                    between.outcome() shouldBe Result.success(1)
                    manager.shouldComeToRest()
                }
            }
        }

        context("a lease that is given up while a body waits for it") {
            test("E5: who then waits for that body closes no circle") {
                managerTest { manager ->
                    lateinit var waiter: OffloadDeferred<Int>
                    lateinit var lease: OffloadDeferred<Int>
                    val job = manager.share(b.key(1)) {
                        delay(1.seconds)
                        lease.cancel() shouldBe true
                        waiter.await()
                        waiter.join()
                        1
                    }
                    lease = manager.share(b.key(1)) { 0 }
                    waiter = manager.submit(a.key(1)) { runCatching { lease.await() }.let { 2 } }
                    job.await() shouldBe 1
                }
            }

            test("E5: nor does it on real threads, whoever gives it up") {
                val manager = realManager()
                repeat(1_000) { round ->
                    val dropped = CompletableDeferred<OffloadDeferred<Int>>()
                    val job = manager.share(b.key(round)) {
                        val waiter = dropped.await()
                        waiter.join()
                        waiter.await()
                    }
                    val lease = manager.share(b.key(round)) { 0 }
                    val waiter = manager.submit(a.key(round)) { runCatching { lease.await() }.let { 2 } }
                    until("the body runs") { waiter.jobState() == JobState.RUNNING }
                    lease.cancel() shouldBe true
                    dropped.complete(waiter)
                    job.outcome() shouldBe Result.success(2)
                }
                manager.shouldComeToRest()
            }
        }

        test("T3: who waits for room goes on when a queued job starts on a permit that is lent") {
            managerTest(limited(one.withMaxQueued(1))) { manager ->
                val end = CompletableDeferred<Int>()
                val wait = CompletableDeferred<Unit>()
                lateinit var queued: OffloadDeferred<Int>
                val body = manager.submit(x.key("body")) { wait.await().let { queued.await() } }
                queued = manager.submit(x.key("queued")) { end.await() }
                val forRoom = async { manager.submitWhenRoom(x.key("last")) { 3 } }
                runCurrent()
                forRoom.isCompleted shouldBe false
                wait.complete(Unit)
                runCurrent()
                queued.jobState() shouldBe JobState.RUNNING
                forRoom.isCompleted shouldBe true
                manager.find(x.key("last"))!!.state() shouldBe JobState.QUEUED
                end.complete(1)
                body.await() shouldBe 1
                forRoom.await().await() shouldBe 3
            }
        }

        context("many callers of few keys where there is no queue") {
            val verbs = mapOf<String, suspend OffloadManager.(Int) -> Int>(
                "share" to { id -> share(x.key(id)) { yield().let { 1 } }.await() },
                "call" to { id -> call(x.key(id)) { yield().let { 1 } } },
                "submit" to { id -> submit(x.key(id), ConflictPolicy.JOIN) { yield().let { 1 } }.await() },
            )
            for ((verb, take) in verbs) {
                for ((places, keys) in listOf(1 to 1, 3 to 2)) {
                    test("T3: $verb, $keys keys and $places places: nobody finds a queue full") {
                        val manager = realManager(config = limited(ConcurrencyLimit(places, 0)))
                        atOnce { caller, round -> runCatching { manager.take(round * keys + caller % keys) } }
                            .mapNotNull { it.exceptionOrNull() }
                            .shouldBeEmpty()
                        manager.shouldComeToRest()
                    }
                }
            }

            test("T3: who rejects a key in flight is told so, and not that the queue is full") {
                val manager = realManager(config = limited(one.withMaxQueued(0)))
                // No body ends before all have tried.
                atOnce({ round ->
                    manager.cancel(x.key(round))
                    inTime("the body ends") { manager.joinAll() }
                }) { _, round ->
                    manager.trySubmit(x.key(round), ConflictPolicy.REJECT) { awaitCancellation() }
                }.filterIsInstance<Submission.Rejected<*>>().map { it.reason() }.toSet() shouldBe
                    setOf(RejectReason.KEY_IN_FLIGHT)
                manager.shouldComeToRest()
            }

            test("T3: a task is launched again the moment it reads FAILED") {
                val manager = realManager(config = limited(one.withMaxQueued(0)))
                val recorder = TaskRecorder<Int, Int>(manager, x)
                val refused = ConcurrentLinkedQueue<Throwable>()
                inTime("$ROUNDS launches") {
                    repeat(ROUNDS) {
                        try {
                            recorder.launch(1) { error("again") }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
                        } catch (e: OffloadRejectedException) {
                            refused += e
                        }
                        while (recorder.state(1) != TaskState.FAILED) Thread.onSpinWait()
                    }
                }
                refused.shouldBeEmpty()
                manager.shouldComeToRest()
            }
        }

        test("R9, T3: what got the permits of a wait starts, though that wait throws before it suspends") {
            val manager = realManager(config = limited(one))
            val context = ThrowingInterceptor()
            val submitted = CompletableDeferred<OffloadDeferred<Int>>()
            val body = manager.submit(x.key("body")) {
                val queued = submitted.await()
                withContext(context) {
                    context.isArmed = true
                    val thrown = runCatching { queued.await() }.exceptionOrNull()
                    context.isArmed = false
                    if (thrown?.message == "not today") 1 else 0
                }
            }
            val queued = manager.submit(x.key("queued")) { 2 }
            submitted.complete(queued)
            queued.outcome() shouldBe Result.success(2)
            body.outcome() shouldBe Result.success(1)
            manager.shouldComeToRest()
        }

        context("one part of a body waits, and another works") {
            test("T3: the permit is lent while the part waits, and comes back when the wait is over") {
                managerTest(limited(one)) { manager ->
                    val endOfNext = CompletableDeferred<Int>()
                    val endOfWork = CompletableDeferred<Int>()
                    val body = manager.submit(x.key("body")) {
                        val part = async { manager.call(x.key("next")) { endOfNext.await() } }
                        part.await() + endOfWork.await()
                    }
                    val third = manager.submit(x.key("third")) { 3 }
                    runCurrent()
                    manager.find(x.key("next"))!!.state() shouldBe JobState.RUNNING
                    third.jobState() shouldBe JobState.QUEUED
                    endOfNext.complete(1)
                    runCurrent()
                    body.jobState() shouldBe JobState.RUNNING
                    third.jobState() shouldBe JobState.QUEUED
                    endOfWork.complete(1)
                    runCurrent()
                    body.await() shouldBe 2
                    third.await() shouldBe 3
                }
            }

            test("T3: many such bodies, in each other, on real threads: none is stuck, and no permit is lost") {
                for (limit in 1..2) {
                    val manager = realManager(config = limited(ConcurrencyLimit.of(limit)))

                    suspend fun partly(id: String, depth: Int): Int = manager.call(x.key(id)) {
                        val part = if (depth == 0) null else async { partly("$id.", depth - 1) }
                        repeat(3) { yield() }
                        1 + (part?.await() ?: 0)
                    }

                    val callers = List(6) { caller -> started { (1..200).sumOf { partly("$caller/$it", 3) } } }
                    callers.forEach { it.inTime("all bodies of a caller end") shouldBe 800 }
                    manager.shouldComeToRest()
                }
            }
        }
    })

/** Lets nobody suspend while it is armed. */
private class ThrowingInterceptor :
    AbstractCoroutineContextElement(ContinuationInterceptor),
    ContinuationInterceptor {
    @Volatile
    var isArmed = false

    override fun <T> interceptContinuation(continuation: Continuation<T>): Continuation<T> {
        check(!isArmed) { "not today" }
        return continuation
    }
}

private const val CALLERS = 10
private const val ROUNDS = 2_000

/** What many callers get who act at the same moment, in each of many rounds. */
private fun <T> atOnce(endOfRound: (Int) -> Unit = {}, action: suspend (caller: Int, round: Int) -> T): List<T> {
    val begin = CyclicBarrier(CALLERS)
    val rounds = AtomicInteger()
    val end = CyclicBarrier(CALLERS) { endOfRound(rounds.getAndIncrement()) }
    val callers = List(CALLERS) { caller ->
        started {
            List(ROUNDS) { round ->
                begin.await()
                action(caller, round).also { end.await() }
            }
        }
    }
    return callers.flatMap { it.inTime("all rounds end") }
}

/** Goes on after a wait, and notes what it threw. */
private suspend fun noting(told: MutableCollection<Throwable>, wait: suspend () -> Unit) {
    try {
        wait()
    } catch (e: Throwable) {
        told += e
    }
}

/** Whether it is, or brings along, the news of a circle. */
private fun Throwable.isOfCycle(): Boolean =
    this is OffloadCycleException || cause?.isOfCycle() == true || suppressed.any { it.isOfCycle() }

/** Whoever cancels a body runs the action, and is held up by it. */
@OptIn(InternalCoroutinesApi::class)
private suspend fun onCancelling(action: () -> Unit) {
    currentCoroutineContext().job.invokeOnCompletion(onCancelling = true) { if (it != null) action() }
}

/** In virtual time: whatever has not ended when nothing is left to be run, hangs. */
private fun TestScope.shouldEnd(manager: OffloadManager) {
    advanceTimeBy(10.seconds)
    runCurrent()
    manager.snapshot().jobs().shouldBeEmpty()
    manager.activeCount shouldBe 0
}
