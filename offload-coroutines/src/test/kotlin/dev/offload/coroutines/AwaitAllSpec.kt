package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.coroutines.hostile.HostileDispatcher
import dev.offload.coroutines.hostile.inTime
import dev.offload.coroutines.hostile.outcome
import dev.offload.coroutines.hostile.shouldComeToRest
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

class AwaitAllSpec :
    FunSpec({
        val a = OffloadKind.named<Any, Int>("a")
        val b = OffloadKind.named<Any, Int>("b")

        test("E2: awaitAll answers the values in the order of the handles, when the last one is there") {
            managerTest { manager ->
                val jobs = List(3) { n -> manager.submit(COUNT.key(n)) { delay((3 - n).seconds).let { n } } }
                jobs.awaitAll() shouldContainExactly listOf(0, 1, 2)
                currentTime shouldBe 3_000
                awaitAll(jobs[2], jobs[0], jobs[2]) shouldContainExactly listOf(2, 0, 2)
                emptyList<OffloadDeferred<Int>>().awaitAll().shouldBeEmpty()
            }
        }

        test("E2: awaitAll throws the first failure at once, and the other jobs go on") {
            managerTest { manager ->
                val slow = manager.submit(COUNT.key(1)) { delay(3.seconds).let { 1 } }
                val failing = manager.submit(COUNT.key(2)) { delay(1.seconds).let { error("first") } }
                val later = manager.submit(COUNT.key(3)) { delay(2.seconds).let { error("second") } }
                shouldThrow<IllegalStateException> { awaitAll(slow, later, failing) }.message shouldBe "first"
                currentTime shouldBe 1_000
                shouldThrow<IllegalStateException> { awaitAll(slow, failing) }.message shouldBe "first"
                currentTime shouldBe 1_000
                slow.await() shouldBe 1
                currentTime shouldBe 3_000
            }
        }

        test("L1: awaitAll tells at once that one of its handles was given up, or a job cancelled") {
            managerTest { manager ->
                val job = manager.submit(COUNT.key(1)) { awaitCancellation() }
                val other = manager.submit(COUNT.key(1)) { 2 }
                val long = manager.submit(COUNT.key(2)) { awaitCancellation() }
                val failure = async(start = CoroutineStart.UNDISPATCHED) {
                    shouldThrow<OffloadCancelledException> { awaitAll(long, other) }
                }
                other.cancel()
                failure.await().reason() shouldBe CancelReason.CANCELLED
                job.jobState() shouldBe JobState.RUNNING
                val shut = async(start = CoroutineStart.UNDISPATCHED) { runCatching { awaitAll(job) } }
                manager.cancel(COUNT.key(1))
                (shut.await().exceptionOrNull() as OffloadCancelledException).reason() shouldBe CancelReason.CANCELLED
            }
        }

        test("L2, T2: who is cancelled in awaitAll drops nothing, and can ask again") {
            managerTest { manager ->
                val jobs = List(2) { n -> manager.share(COUNT.key(n)) { delay(2.seconds).let { n } } }
                val caller = launch { jobs.awaitAll() }
                runCurrent()
                caller.cancelAndJoin()
                withTimeoutOrNull(1.seconds) { jobs.awaitAll() }.shouldBeNull()
                jobs.awaitAll() shouldContainExactly listOf(0, 1)
                currentTime shouldBe 2_000
            }
        }

        test("E1: awaitAll checks its own caller first") {
            managerTest { manager ->
                val failed = manager.submit(COUNT.key(1)) { error("of the job") }
                failed.join()
                lateinit var thrown: Throwable
                launch(start = CoroutineStart.UNDISPATCHED) {
                    coroutineContext[kotlinx.coroutines.Job]!!.cancel()
                    thrown = runCatching { awaitAll(failed) }.exceptionOrNull()!!
                }.join()
                (thrown is CancellationException) shouldBe true
            }
        }

        test("E3: who asks with awaitAll has asked for all of them") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                manager.scope("request") {
                    val jobs = List(3) { n -> submit(COUNT.key(n)) { delay(1.seconds).let { error("failure $n") } } }
                    runCatching { jobs.awaitAll() }
                }
                listener.count("unobserved") shouldBe 0
            }
        }

        test("E5: awaitAll in a body that any of the jobs waits for is refused") {
            managerTest { manager ->
                lateinit var own: OffloadDeferred<Int>
                own = manager.submit(a.key(1)) {
                    val other = manager.submit(a.key(2)) { delay(1.seconds).let { 2 } }
                    val back = manager.submit(b.key(1)) { own.await() }
                    delay(10)
                    shouldThrow<OffloadCycleException> { awaitAll(other, back) }.kinds() shouldContainExactly
                        listOf("a", "b", "a")
                    1
                }
                own.await() shouldBe 1
            }
        }

        test("E5: a job that comes to wait for a body which waits for it with awaitAll is refused") {
            managerTest { manager ->
                lateinit var own: OffloadDeferred<Int>
                own = manager.submit(a.key(1)) {
                    awaitAll(
                        manager.submit(a.key(2)) { delay(2.seconds).let { 2 } },
                        manager.submit(b.key(1)) {
                            delay(1.seconds)
                            shouldThrow<OffloadCycleException> { own.await() }.kinds().first() shouldBe "b"
                            3
                        },
                    ).sum()
                }
                own.await() shouldBe 5
            }
        }

        test("E5: awaitAll that has thrown waits for nothing more") {
            managerTest { manager ->
                lateinit var own: OffloadDeferred<Int>
                lateinit var back: OffloadDeferred<Int>
                own = manager.submit(a.key(1)) {
                    back = manager.submit(b.key(1)) { delay(2.seconds).let { own.await() } }
                    runCatching { awaitAll(back, manager.submit(a.key(2)) { delay(1.seconds).let { error("first") } }) }
                    delay(3.seconds)
                    1
                }
                own.await() shouldBe 1
                back.await() shouldBe 1
            }
        }

        test("T3: a body that waits for several jobs lends them its permit") {
            managerTest { manager ->
                manager.scope("request", concurrency = ConcurrencyLimit.of(1)) {
                    val scope = this
                    submit(a.key(1)) {
                        List(3) { n -> scope.submit(b.key(n)) { delay(1.seconds).let { n } } }.awaitAll().sum()
                    }.await() shouldBe 3
                    currentTime shouldBe 3_000
                }
            }
        }

        test("R9: a dispatcher that throws when it is told takes the answer of awaitAll from nobody") {
            val manager = OffloadManager()
            val gate = CompletableDeferred<Unit>()
            val jobs = List(2) { n -> manager.submit(COUNT.key(n)) { gate.await().let { n } } }
            val dispatcher = HostileDispatcher { if (it > 1) error("refused") }
            val waits = CompletableDeferred<Unit>()
            val told = CoroutineScope(dispatcher).async {
                waits.complete(Unit)
                jobs.awaitAll()
            }
            inTime("the caller waits") { waits.await() }
            gate.complete(Unit)
            jobs.forEach { it.outcome().isSuccess shouldBe true }
            inTime("the caller is told") { told.await() } shouldContainExactly listOf(0, 1)
            manager.shouldComeToRest()
        }

        test("R2: awaitAll is told once, whatever ends the jobs, the handles and the wait at the same time") {
            val manager = OffloadManager()
            val random = Random(7)
            repeat(3_000) { round ->
                val gates = List(3) { CompletableDeferred<Int>() }
                val jobs = gates.mapIndexed { n, gate -> manager.submit(COUNT.key("$round $n")) { gate.await() } }
                val bad = random.nextInt(6)
                val outcome = withTimeout(20.seconds) {
                    val scope = CoroutineScope(Dispatchers.Default)
                    val caller = scope.async { runCatching { jobs.awaitAll() } }
                    gates.forEachIndexed { n, gate ->
                        scope.launch {
                            when {
                                n == bad -> gate.completeExceptionally(IllegalStateException("failed"))
                                n == bad - 3 -> jobs[n].cancel()
                                else -> gate.complete(n)
                            }
                        }
                    }
                    caller.await()
                }
                when (bad) {
                    in 0..2 -> (outcome.exceptionOrNull() is IllegalStateException) shouldBe true
                    else -> (outcome.exceptionOrNull() is OffloadCancelledException) shouldBe true
                }
                gates.forEach { it.complete(0) }
            }
            manager.shouldComeToRest()
        }
    })
