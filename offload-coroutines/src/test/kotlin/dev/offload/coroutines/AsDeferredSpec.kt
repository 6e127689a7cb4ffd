package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.coroutines.hostile.outcome
import dev.offload.coroutines.hostile.shouldComeToRest
import dev.offload.coroutines.hostile.withBlock
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.selects.onTimeout
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

@OptIn(ExperimentalCoroutinesApi::class)
class AsDeferredSpec :
    FunSpec({
        test("E2: a handle as Deferred completes with the value, also if it is asked for later") {
            managerTest { manager ->
                val job = manager.submit(COUNT.key(1)) { delay(1.seconds).let { 1 } }
                val view = job.asDeferred()
                job.asDeferred() shouldBeSameInstanceAs view
                view.isActive shouldBe true
                listOf(view, manager.submit(COUNT.key(2)) { 2 }.asDeferred()).awaitAll() shouldBe listOf(1, 2)
                currentTime shouldBe 1_000
                job.asDeferred().getCompleted() shouldBe 1
                job.await() shouldBe 1
            }
        }

        test("E1: the Deferred of a job that failed or was cancelled fails, with what await throws") {
            managerTest { manager ->
                val failing = manager.submit(COUNT.key(1)) { error("of the body") }
                shouldThrow<IllegalStateException> { failing.asDeferred().await() }.message shouldBe "of the body"
                val job = manager.submit(COUNT.key(2)) { awaitCancellation() }
                val view = job.asDeferred()
                runCurrent()
                manager.cancel(COUNT.key(2))
                shouldThrow<OffloadCancelledException> { view.await() }.reason() shouldBe CancelReason.CANCELLED
                view.getCompletionExceptionOrNull().shouldBeInstanceOf<OffloadCancelledException>()
            }
        }

        test("L1: cancelling the Deferred gives its handle up, and the last one cancels the job") {
            managerTest { manager ->
                val jobs = List(2) { manager.share(COUNT.key(1)) { awaitCancellation() } }
                runCurrent()
                jobs[0].asDeferred().cancel()
                shouldThrow<OffloadCancelledException> { jobs[0].await() }.reason() shouldBe CancelReason.CANCELLED
                jobs[1].jobState() shouldBe JobState.RUNNING
                val view = jobs[1].asDeferred()
                view.cancel()
                shouldThrow<CancellationException> { view.await() }
                jobs[1].join()
                jobs[1].jobState() shouldBe JobState.CANCELLED
            }
        }

        test("L1: a handle that is given up, by itself or by the end of its scope, completes its Deferred") {
            managerTest { manager ->
                val job = manager.share(COUNT.key(1)) { awaitCancellation() }
                val view = job.asDeferred()
                job.cancel()
                shouldThrow<OffloadCancelledException> { view.await() }.reason() shouldBe CancelReason.CANCELLED
                val scope = manager.openScope("request")
                val shared = scope.share(COUNT.key(2)) { awaitCancellation() }.asDeferred()
                scope.complete()
                shouldThrow<OffloadCancelledException> { shared.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
            }
        }

        test("L2: who is cancelled while he awaits the Deferred drops nothing") {
            managerTest { manager ->
                val view = manager.submit(COUNT.key(1)) { delay(2.seconds).let { 1 } }.asDeferred()
                withTimeoutOrNull(1.seconds) { view.await() }.shouldBeNull()
                view.await() shouldBe 1
            }
        }

        test("E3: who asked for the Deferred has asked for the outcome") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                manager.scope("request") {
                    submit(COUNT.key(1)) { delay(1.seconds).let { error("unseen") } }.asDeferred()
                }
                listener.count("ended") shouldBe 1
                listener.count("unobserved") shouldBe 0
            }
        }

        test("L2: select takes the first answer, and the jobs that lose go on") {
            managerTest { manager ->
                val slow = manager.share(LOAD.key(1)) { delay(2.seconds).let { "slow" } }
                val fast = manager.share(LOAD.key(2)) { delay(1.seconds).let { "fast" } }
                select {
                    slow.onAwait { it }
                    fast.onAwait { it }
                } shouldBe "fast"
                currentTime shouldBe 1_000
                select {
                    slow.onAwait { it }
                    fast.onAwait { "$it, again" }
                } shouldBe "fast, again"
                slow.await() shouldBe "slow"
            }
        }

        test("E2: select throws the failure of the clause that is chosen") {
            managerTest { manager ->
                val slow = manager.submit(LOAD.key(1)) { delay(2.seconds).let { "slow" } }
                val failing = manager.submit(LOAD.key(2)) { delay(1.seconds).let { error("first") } }
                shouldThrow<IllegalStateException> {
                    select {
                        slow.onAwait { it }
                        failing.onAwait { it }
                    }
                }.message shouldBe "first"
                slow.await() shouldBe "slow"
            }
        }

        test("R10: a select in a loop leaves nothing behind") {
            managerTest { manager ->
                val job = manager.submit(LOAD.key(1)) { delay(1.seconds).let { "value" } }
                val view = job.asDeferred()
                var rounds = 0
                var value: String? = null
                while (value == null) {
                    value = select {
                        job.onAwait { it }
                        onTimeout(1.milliseconds) { null }
                    }
                    if (value == null) job.asDeferred() shouldBeSameInstanceAs view
                    rounds++
                }
                value shouldBe "value"
                rounds shouldBe 1_000
            }
        }

        test("R9: what waits for a Deferred and blocks or throws delays no other caller and no end") {
            withBlock { block ->
                val manager = OffloadManager()
                val blocked = manager.submit(LOAD.key(1)) { delay(10).let { "value" } }
                blocked.asDeferred().invokeOnCompletion { block.hold() }
                blocked.outcome().getOrThrow() shouldBe "value"
                block.awaitArrival()
                val throwing = manager.submit(LOAD.key(1)) { delay(10).let { "next" } }
                throwing.asDeferred().invokeOnCompletion { error("of a handler") }
                throwing.outcome().getOrThrow() shouldBe "next"
                manager.shouldComeToRest()
            }
        }
    })
