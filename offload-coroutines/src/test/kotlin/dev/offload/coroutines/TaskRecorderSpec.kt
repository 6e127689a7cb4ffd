package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.JobSnapshot
import dev.offload.LaunchOutcome
import dev.offload.OffloadCancelledException
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.OffloadTimeoutException
import dev.offload.RejectReason
import dev.offload.RevokeOutcome
import dev.offload.ScopeClosedException
import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.TaskState.FAILED
import dev.offload.TaskState.NOT_FOUND
import dev.offload.TaskState.SUCCEEDED
import dev.offload.TaskState.WORKING
import dev.offload.TimeoutPolicy
import dev.offload.spi.OffloadListener
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.ranges.shouldBeIn
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.withContext
import java.sql.Timestamp
import java.time.Instant
import java.util.Date
import java.util.Optional
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

private val TASK = OffloadKind.named<Any, Any?>("upload")
private val OCCUPANT = OffloadKind.named<Any, Unit>("occupant")

/** What a recorder remembers, in virtual time. */
class TaskRecorderSpec :
    StringSpec({
        "A1: a task is NOT_FOUND, WORKING, SUCCEEDED" {
            recorderTest { recorder ->
                recorder.state("a") shouldBe NOT_FOUND
                recorder.stateAssumingLaunched("a") shouldBe WORKING
                val handle = recorder.launched("a") { delay(1.seconds).let { "value" } }
                recorder.state("a") shouldBe WORKING
                handle.await() shouldBe "value"
                recorder.state("a") shouldBe SUCCEEDED
                recorder.stateAssumingLaunched("a") shouldBe SUCCEEDED
                recorder.failure("a").shouldBeNull()
            }
        }

        "A1, A3: a task that throws is FAILED with its cause, and may be launched again" {
            recorderTest { recorder ->
                for (failure in listOf(IllegalStateException("disk full"), AssertionError("an Error"))) {
                    val handle = recorder.launched("a") { throw failure }
                    shouldThrow<Throwable> { handle.await() }.original() shouldBeSameInstanceAs failure
                    recorder.state("a") shouldBe FAILED
                    recorder.failure("a") shouldBeSameInstanceAs failure
                }
                recorder.launched("a") { }.await()
                recorder.state("a") shouldBe SUCCEEDED
                recorder.failure("a").shouldBeNull()
            }
        }

        "A2: a task that has succeeded is not launched again, and stays SUCCEEDED" {
            // it became "working" for ever
            recorderTest { recorder ->
                recorder.launched("a") { }.await()
                var ran = false
                recorder.launch("a") { ran = true }.shouldBeInstanceOf<LaunchOutcome.AlreadySucceeded<*>>()
                recorder.state("a") shouldBe SUCCEEDED
                testScheduler.advanceUntilIdle()
                recorder.state("a") shouldBe SUCCEEDED
                ran shouldBe false
            }
        }

        "A2: a task that is working is not launched twice, and nothing of the second block runs" {
            recorderTest { recorder ->
                val first = recorder.launched("a") { delay(1.seconds) }
                var ran = false
                recorder.launch("a") { ran = true }.shouldBeInstanceOf<LaunchOutcome.AlreadyWorking<*>>()
                first.await()
                testScheduler.advanceUntilIdle()
                ran shouldBe false
            }
        }

        "A3: a task that is cancelled is FAILED as soon as its callers know, though its body is still dying" {
            recorderTest { recorder ->
                val handle = recorder.launched("a") { stubborn(5.seconds) }
                testScheduler.runCurrent()
                handle.cancel() shouldBe true
                recorder.state("a") shouldBe FAILED
                recorder.failure("a").shouldBeInstanceOf<OffloadCancelledException>().reason() shouldBe
                    CancelReason.CANCELLED
                recorder.count(FAILED) shouldBe 1
                recorder.count(WORKING) shouldBe 0
            }
        }

        "A2, R1: a task that is launched again waits for the body of before that is still dying" {
            recorderTest { recorder ->
                val order = mutableListOf<String>()
                val first = recorder.launched("a") {
                    stubborn(5.seconds) { order += "the first has ended" }
                }
                testScheduler.runCurrent()
                first.cancel()
                recorder.forget("a") shouldBe true
                val second = recorder.launched("a") { order += "the second runs" }
                recorder.state("a") shouldBe WORKING
                second.await()
                order shouldContainExactly listOf("the first has ended", "the second runs")
                testScheduler.currentTime shouldBe 5_000
                recorder.state("a") shouldBe SUCCEEDED
            }
        }

        "A3: a task that is cancelled before it starts is FAILED" {
            recorderTest { recorder ->
                val handle = recorder.launched("a") { error("never") }
                handle.cancel()
                recorder.state("a") shouldBe FAILED
                testScheduler.advanceUntilIdle()
                recorder.launched("a") { }.await()
                recorder.state("a") shouldBe SUCCEEDED
            }
        }

        "A3: a task that runs too long is FAILED" {
            recorderTest { recorder ->
                val handle = recorder.launched("a", TimeoutPolicy(cancelAfter = 2.seconds)) { awaitCancellation() }
                shouldThrow<OffloadTimeoutException> { handle.await() }
                recorder.state("a") shouldBe FAILED
                recorder.failure("a").shouldBeInstanceOf<OffloadTimeoutException>()
            }
        }

        "A3: a body that throws a CancellationException by itself leaves the task FAILED" {
            recorderTest { recorder ->
                val handle = recorder.launched("a") { throw CancellationException("not the caller's") }
                handle.join()
                recorder.state("a") shouldBe FAILED
                recorder.launched("a") { }.await()
            }
        }

        "A3: a task whose scope is closed in the middle is FAILED, and so is one that comes too late" {
            managerTest { manager ->
                val scope = manager.openScope("uploads")
                val recorder = TaskRecorder<String, Any?>(scope, TASK)
                val done = recorder.launched("done") { }
                done.await()
                recorder.launched("cut off") { awaitCancellation() }
                scope.cancel()
                recorder.state("cut off") shouldBe FAILED
                recorder.failure("cut off").shouldBeInstanceOf<OffloadCancelledException>().reason() shouldBe
                    CancelReason.SCOPE_CLOSED
                val refused = shouldThrow<ScopeClosedException> { recorder.launch("late") { } }
                recorder.state("late") shouldBe FAILED
                recorder.failure("late") shouldBeSameInstanceAs refused
                shouldThrow<ScopeClosedException> { recorder.revoke("done") { } }
                recorder.state("done") shouldBe SUCCEEDED
                recorder.count(WORKING) shouldBe 0
                recorder.count(FAILED) shouldBe 2
            }
        }

        "A3: a task that a full queue refuses is FAILED, and can be tried again" {
            val one = ConcurrencyLimit(1, 0)
            recorderTest(OffloadConfig { concurrency(one) }) { recorder ->
                val first = recorder.launched("a") { delay(1.seconds) }
                shouldThrow<OffloadRejectedException> { recorder.launch("b") { } }.reason() shouldBe
                    RejectReason.QUEUE_FULL
                recorder.state("b") shouldBe FAILED
                first.join()
                recorder.launched("b") { }.await()
                recorder.state("b") shouldBe SUCCEEDED
            }
        }

        "A3: a task whose dispatcher refuses it is FAILED" {
            recorderTest { recorder ->
                val handle = recorder.launched("a", context = BrokenDispatcher) { error("never") }
                shouldThrow<Exception> { handle.await() }
                recorder.state("a") shouldBe FAILED
            }
        }

        "A4: who saw the outcome of a handle never reads WORKING for that run, in whatever way it ends" {
            recorderTest { recorder ->
                val seen = mutableListOf<TaskState>()
                suspend fun watch(id: String, handle: OffloadDeferred<*>) = launch(Dispatchers.Unconfined) {
                    runCatching { handle.await() }
                    seen += recorder.state(id)
                }
                watch("value", recorder.launched("value") { delay(1) })
                watch("failure", recorder.launched("failure") { delay(1).let { error("no") } })
                val cancelled = recorder.launched("cancelled") { stubborn(1.seconds) }
                watch("cancelled", cancelled)
                testScheduler.runCurrent()
                cancelled.cancel()
                testScheduler.advanceUntilIdle()
                seen shouldContainExactly listOf(FAILED, SUCCEEDED, FAILED)
            }
        }

        "A2: a success is revoked once, reads SUCCEEDED meanwhile, and may succeed again after it" {
            recorderTest { recorder ->
                recorder.launched("a") { }.await()
                val go = CompletableDeferred<Unit>()
                val first =
                    async(start = CoroutineStart.UNDISPATCHED) { recorder.revoke("a") { go.await().let { "undone" } } }
                recorder.state("a") shouldBe SUCCEEDED
                recorder.tasks(SUCCEEDED) shouldContainExactly listOf("a")
                recorder.revoke("a") { error("never") } shouldBe RevokeOutcome.AlreadyRevoking()
                recorder.launch("a") { error("never") }.shouldBeInstanceOf<LaunchOutcome.AlreadySucceeded<*>>()
                recorder.dropSucceeded(listOf("a")) shouldBe 0
                go.complete(Unit)
                first.await() shouldBe RevokeOutcome.Revoked("undone")
                recorder.state("a") shouldBe NOT_FOUND
                recorder.count(SUCCEEDED) shouldBe 0
                recorder.revoke("a") { error("never") } shouldBe RevokeOutcome.NotSucceeded(NOT_FOUND)
                recorder.launched("a") { }.await()
                recorder.state("a") shouldBe SUCCEEDED
            }
        }

        "A2: a revoke of a task that did not succeed leaves it revocable later" {
            // it was "revoking" for ever
            recorderTest { recorder ->
                recorder.revoke("a") { error("never") } shouldBe RevokeOutcome.NotSucceeded(NOT_FOUND)
                shouldThrow<IllegalStateException> { recorder.launched("a") { error("no") }.await() }
                recorder.revoke("a") { error("never") } shouldBe RevokeOutcome.NotSucceeded(FAILED)
                val handle = recorder.launched("a") { delay(1) }
                recorder.revoke("a") { error("never") } shouldBe RevokeOutcome.NotSucceeded(WORKING)
                handle.await()
                recorder.revoke("a") { 1 } shouldBe RevokeOutcome.Revoked(1)
            }
        }

        "A2: a revoke that throws, throws an Error or runs too long leaves the task SUCCEEDED and revocable" {
            recorderTest { recorder ->
                recorder.launched("a") { }.await()
                for (failure in listOf(IllegalStateException("no"), AssertionError("an Error"))) {
                    recorder.revoke("a") { throw failure } shouldBe RevokeOutcome.RevokeFailed(failure)
                    recorder.state("a") shouldBe SUCCEEDED
                }
                recorder.revoke("a", TimeoutPolicy(cancelAfter = 1.seconds)) { awaitCancellation() }
                    .shouldBeInstanceOf<RevokeOutcome.RevokeFailed<*>>()
                    .cause().shouldBeInstanceOf<OffloadTimeoutException>()
                recorder.state("a") shouldBe SUCCEEDED
                recorder.revoke("a") { "undone" } shouldBe RevokeOutcome.Revoked("undone")
            }
        }

        "A2: a revoke that never starts leaves the task SUCCEEDED and revocable" {
            val one = ConcurrencyLimit(1, 1)
            managerTest(OffloadConfig { concurrency(one) }) { manager ->
                val recorder = TaskRecorder<String, Any?>(manager, TASK)
                recorder.launch("a") { }
                manager.joinAll()
                val occupant = manager.submit(OCCUPANT.key(1)) { delay(1.seconds) }
                val queued = async { recorder.revoke("a") { error("runs") } }
                testScheduler.runCurrent()
                recorder.revoke("a") { error("runs") }.shouldBeInstanceOf<RevokeOutcome.AlreadyRevoking<*>>()
                val key = manager.snapshot().jobs().map { it.key() }.single { it != occupant.key() }
                manager.cancel(key) shouldBe true
                queued.await().shouldBeInstanceOf<RevokeOutcome.RevokeFailed<*>>()
                    .cause().shouldBeInstanceOf<OffloadCancelledException>()
                recorder.state("a") shouldBe SUCCEEDED

                val waiting = manager.submit(OCCUPANT.key(2)) { }
                shouldThrow<OffloadRejectedException> { recorder.revoke("a") { error("runs") } }.reason() shouldBe
                    RejectReason.QUEUE_FULL
                recorder.state("a") shouldBe SUCCEEDED
                waiting.join()

                recorder.revoke("a", context = BrokenDispatcher) { error("runs") }
                    .shouldBeInstanceOf<RevokeOutcome.RevokeFailed<*>>()
                recorder.state("a") shouldBe SUCCEEDED
                recorder.revoke("a") { "undone" } shouldBe RevokeOutcome.Revoked("undone")
            }
        }

        "A2: a revoke whose scope is closed in the middle leaves the task SUCCEEDED" {
            managerTest { manager ->
                val scope = manager.openScope("uploads")
                val recorder = TaskRecorder<String, Any?>(scope, TASK)
                recorder.launch("a") { }
                scope.joinAll()
                val revoking = async { recorder.revoke("a") { awaitCancellation() } }
                testScheduler.runCurrent()
                recorder.state("a") shouldBe SUCCEEDED
                scope.cancel()
                revoking.await().shouldBeInstanceOf<RevokeOutcome.RevokeFailed<*>>()
                    .cause().shouldBeInstanceOf<OffloadCancelledException>().reason() shouldBe CancelReason.SCOPE_CLOSED
                recorder.state("a") shouldBe SUCCEEDED
                recorder.count(SUCCEEDED) shouldBe 1
                recorder.dropSucceeded(listOf("a")) shouldBe 1
            }
        }

        "A2: a revoke whose caller is cancelled leaves the task SUCCEEDED, and the next waits for its body" {
            recorderTest { recorder ->
                recorder.launched("a") { }.await()
                val order = mutableListOf<String>()
                val revoke = launch(start = CoroutineStart.UNDISPATCHED) {
                    recorder.revoke("a") {
                        stubborn(3.seconds) { order += "the first has ended" }
                    }
                }
                testScheduler.runCurrent()
                revoke.cancelAndJoin()
                recorder.state("a") shouldBe SUCCEEDED
                val equal = String(charArrayOf('a'))
                recorder.revoke(equal) { order += "the second runs" }.shouldBeInstanceOf<RevokeOutcome.Revoked<*>>()
                order shouldContainExactly listOf("the first has ended", "the second runs")
                recorder.state("a") shouldBe NOT_FOUND
            }
        }

        "A2: a launch after a revoke waits for nothing of it, and one during it is refused" {
            recorderTest { recorder ->
                recorder.launched("a") { }.await()
                val launched = mutableListOf<Any>()
                recorder.revoke("a") { launched += recorder.launch("a") { } }
                launched.single().shouldBeInstanceOf<LaunchOutcome.AlreadySucceeded<*>>()
                recorder.launched("a") { }.await()
                recorder.state("a") shouldBe SUCCEEDED
            }
        }

        "A5: counts and lists" {
            recorderTest { recorder ->
                val working = List(3) { recorder.launched("working $it") { awaitCancellation() } }
                val failed = List(4) { recorder.launched("failed $it") { error("no") } }
                val done = List(5) { recorder.launched("done $it") { } }
                (failed + done).forEach { it.join() }
                recorder.count(WORKING) shouldBe 3
                recorder.count(FAILED) shouldBe 4
                recorder.count(SUCCEEDED) shouldBe 5
                recorder.tasks(WORKING) shouldContainExactlyInAnyOrder List(3) { "working $it" }
                recorder.tasks(FAILED) shouldContainExactlyInAnyOrder List(4) { "failed $it" }
                recorder.tasks(SUCCEEDED) shouldContainExactlyInAnyOrder List(5) { "done $it" }
                recorder.launched("failed 0") { }.await()
                recorder.forget("failed 1") shouldBe true
                working[0].cancel()
                recorder.tasks(FAILED) shouldContainExactlyInAnyOrder listOf("failed 2", "failed 3", "working 0")
                recorder.count(FAILED) shouldBe 3
                recorder.count(WORKING) shouldBe 2
                recorder.count(SUCCEEDED) shouldBe 6
                recorder.dropSucceeded(listOf("done 0", "done 1", "failed 2", "working 1", "unknown")) shouldBe 2
                recorder.count(SUCCEEDED) shouldBe 4
            }
        }

        "A5: NOT_FOUND can be neither counted nor listed" {
            recorderTest { recorder ->
                shouldThrow<IllegalArgumentException> { recorder.tasks(NOT_FOUND) }.message shouldContain
                    "ask for WORKING, SUCCEEDED or FAILED"
                shouldThrow<IllegalArgumentException> { recorder.count(NOT_FOUND) }
            }
        }

        "forget takes FAILED tasks only, and dropSucceeded SUCCEEDED ones only, which then may succeed again" {
            recorderTest { recorder ->
                recorder.forget("a") shouldBe false
                val handle = recorder.launched("a") { delay(1) }
                recorder.forget("a") shouldBe false
                recorder.dropSucceeded(listOf("a")) shouldBe 0
                handle.await()
                recorder.forget("a") shouldBe false
                recorder.dropSucceeded(listOf("a", "a")) shouldBe 1
                recorder.state("a") shouldBe NOT_FOUND
                recorder.launched("a") { }.await()
                recorder.state("a") shouldBe SUCCEEDED
            }
        }

        "two recorders of one scope and kind do not meet" {
            managerTest { manager ->
                val recorders = List(2) { TaskRecorder<String, Any?>(manager, TASK) }
                recorders.map { it.launched("a") { delay(1.seconds) } }.forEach { it.await() }
                recorders.map { it.state("a") } shouldContainExactly listOf(SUCCEEDED, SUCCEEDED)
                testScheduler.currentTime shouldBe 1_000
            }
        }

        "a failure is recorded, and so not reported as unseen" {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val recorder = TaskRecorder<String, Any?>(manager, TASK)
                recorder.launched("a") { error("no") }.let { manager.joinAll() }
                recorder.launched("b", context = Dispatchers.Unconfined) { error("no") }
                recorder.count(FAILED) shouldBe 2
                listener.count("unobserved") shouldBe 0
                listener.count("ended") shouldBe 2
            }
        }

        "the id of a task is shown only if ids are switched on" {
            for ((config, label) in listOf(
                OffloadConfig.defaults() to "Keyed(upload)",
                OffloadConfig { showIds(true) } to "Keyed(upload, secret)",
            )) {
                managerTest(config) { manager ->
                    val handle = TaskRecorder<String, Any?>(manager, TASK).launched("secret") { delay(1) }
                    manager.find(handle.key())!!.label() shouldBe label
                }
            }
        }

        "an id that throws tells its caller, and nothing sticks" {
            managerTest { manager ->
                val recorder = TaskRecorder<Any, Any?>(manager, TASK)
                val hostile = object {
                    override fun hashCode(): Int = error("no hash")
                }
                shouldThrow<IllegalStateException> { recorder.launch(hostile) { } }.message shouldBe "no hash"
                shouldThrow<IllegalStateException> { recorder.state(hostile) }
                shouldThrow<IllegalStateException> { recorder.revoke(hostile) { } }
                recorder.count(WORKING) shouldBe 0
                manager.activeCount shouldBe 0
            }
        }

        "A3: an id that throws when its run is in the entry already leaves the task FAILED" {
            managerTest { manager ->
                val recorder = TaskRecorder<Colliding, Any?>(manager, TASK)
                val throws = AtomicBoolean(true)
                val ids = List(100) { Colliding(it, throws) } // all in one bin, which becomes a tree
                val thrown = ids.filter { id -> runCatching { recorder.launch(id) { } }.isFailure }.single()
                recorder.state(thrown) shouldBe FAILED
                recorder.failure(thrown)?.message shouldBe "no order"
                recorder.launch(thrown) { }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
                manager.joinAll()
                recorder.count(WORKING) shouldBe 0
                recorder.count(SUCCEEDED) shouldBe 100
            }
        }

        "A3: ids that are equal in one direction only get an answer" {
            managerTest { manager ->
                val recorder = TaskRecorder<Date, Any?>(manager, TASK)
                val stamp = Timestamp(1_000)
                val date = Date(1_000)
                for (id in listOf(stamp, date)) {
                    recorder.launch(id) { error("no") }
                        .shouldBeInstanceOf<LaunchOutcome.Launched<OffloadDeferred<Any?>>>()
                        .handle().join()
                }
                recorder.state(stamp) shouldBe FAILED
                recorder.failure(date)?.message shouldBe "no"
                // Whatever it is for such an id.
                val cause = CompletableFuture.supplyAsync { Optional.ofNullable(recorder.failure(stamp)) }
                cause.get(10, TimeUnit.SECONDS).isPresent shouldBe false
            }
        }

        "A1, R9: an id that closes its scope while it is looked for leaves no task working" {
            managerTest { manager ->
                val verbs: List<suspend TaskRecorder<Any, Any?>.(Any) -> Any?> =
                    listOf({ launch(it) { } }, { launchWhenRoom(it) { } })
                for (verb in verbs) {
                    var refusals = 0
                    for (at in 1..20) {
                        val scope = manager.openScope("closing")
                        val recorder = TaskRecorder<Any, Any?>(scope, OffloadKind.unshared("closing"))
                        val id = CountedId(at) { scope.cancel() }
                        try {
                            recorder.verb(id)
                        } catch (_: ScopeClosedException) {
                            refusals++
                        }
                        scope.cancel()
                        scope.coroutineContext.job.join()
                        withClue("closed at question $at") { recorder.count(WORKING) shouldBe 0 }
                    }
                    refusals shouldBeGreaterThan 0
                }
            }
        }

        "A3, R9: an id that throws once, whenever that is, leaves a task that can be launched and revoked" {
            managerTest { manager ->
                val verbs: List<suspend TaskRecorder<Any, Any?>.(Any) -> Any?> =
                    listOf({ launch(it) { } }, { launchWhenRoom(it) { } }, { revoke(it) { } })
                for (verb in verbs) {
                    var thrown = 0
                    for (at in 1..30) {
                        val recorder = TaskRecorder<Any, Any?>(manager, OffloadKind.unshared("throwing"))
                        val first = CountedId(0) { }
                        recorder.launch(first) { }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
                        recorder.joinAll()
                        if (at % 2 == 0) recorder.revoke(first) { }
                        try {
                            recorder.verb(CountedId(at / 2) { error("refused") })
                        } catch (_: IllegalStateException) {
                            thrown++
                        }
                        recorder.joinAll()
                        withClue("thrown at question ${at / 2}") {
                            recorder.count(WORKING) shouldBe 0
                            val again = CountedId(0) { }
                            if (recorder.state(again) != SUCCEEDED) {
                                recorder.launch(again) { }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
                                recorder.joinAll()
                            }
                            recorder.revoke(again) { }.shouldBeInstanceOf<RevokeOutcome.Revoked<*>>()
                        }
                    }
                    thrown shouldBeGreaterThan 2
                }
            }
        }

        "transitions tell id, from and to, each id's in order, to all who collect" {
            recorderTest { recorder ->
                val seen = List(2) { mutableListOf<String>() }
                val collectors = seen.map { list ->
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        recorder.transitions.collect { list += it.text() }
                    }
                }
                shouldThrow<IllegalStateException> { recorder.launched("a") { error("no") }.await() }
                recorder.launched("a") { }.await()
                recorder.revoke("a") { error("no") }
                recorder.revoke("a") { }
                recorder.launched("b") { awaitCancellation() }.cancel()
                recorder.forget("b")
                recorder.launched("c") { }.await()
                recorder.dropSucceeded(listOf("c"))
                testScheduler.runCurrent()
                val expected = listOf(
                    "a NOT_FOUND WORKING", "a WORKING FAILED", "a FAILED WORKING", "a WORKING SUCCEEDED",
                    "a SUCCEEDED NOT_FOUND", "b NOT_FOUND WORKING", "b WORKING FAILED", "b FAILED NOT_FOUND",
                    "c NOT_FOUND WORKING", "c WORKING SUCCEEDED", "c SUCCEEDED NOT_FOUND",
                )
                seen.forEach { it shouldContainExactly expected }
                collectors.first().cancelAndJoin()
                recorder.launched("d") { }.await()
                testScheduler.runCurrent()
                seen.first() shouldContainExactly expected
                seen.last() shouldContainExactly
                    expected + listOf("d NOT_FOUND WORKING", "d WORKING SUCCEEDED")
                collectors.last().cancelAndJoin()
            }
        }

        "transitions tell the time" {
            recorderTest { recorder ->
                val before = Instant.now()
                val event = async(start = CoroutineStart.UNDISPATCHED) { recorder.transitions.first() }
                recorder.launched("a") { }.await()
                event.await().shouldBeInstanceOf<TaskEvent.Moved<String>>().at() shouldBeIn before..Instant.now()
            }
        }

        "a collector that is slow slows no task, and is told how many transitions it missed" {
            recorderTest { recorder ->
                val seen = mutableListOf<TaskEvent<String>>()
                val go = CompletableDeferred<Unit>()
                val collector = launch(start = CoroutineStart.UNDISPATCHED) {
                    recorder.transitions.collect {
                        go.await()
                        seen += it
                    }
                }
                val tasks = TaskRecorder.FEED_CAPACITY
                List(tasks) { recorder.launched("$it") { } }.forEach { it.await() }
                recorder.count(SUCCEEDED) shouldBe tasks.toLong()
                go.complete(Unit)
                testScheduler.runCurrent()
                val missed = seen.last().shouldBeInstanceOf<TaskEvent.Missed<String>>().count()
                seen.size - 1 + missed shouldBe 2L * tasks
                recorder.launched("after") { }.await()
                testScheduler.runCurrent()
                seen.takeLast(2).map { it.text() } shouldContainExactly
                    listOf("after NOT_FOUND WORKING", "after WORKING SUCCEEDED")
                collector.cancelAndJoin()
            }
        }

        "A1: a collector that fell behind and catches up by a little is told of the gap before what came after it" {
            recorderTest { recorder ->
                val seen = mutableListOf<TaskEvent<String>>()
                val steps = Channel<Unit>(Channel.UNLIMITED)
                val collector = launch(start = CoroutineStart.UNDISPATCHED) {
                    recorder.transitions.collect {
                        seen += it
                        steps.receive()
                    }
                }
                repeat(TaskRecorder.FEED_CAPACITY) { recorder.launched("$it") { }.await() }
                repeat(3) { steps.send(Unit) } // makes room in the full buffer
                testScheduler.runCurrent()
                recorder.launched("after") { }.await()
                repeat(TaskRecorder.FEED_CAPACITY * 2) { steps.send(Unit) }
                testScheduler.runCurrent()
                seen.last().shouldBeInstanceOf<TaskEvent.Missed<String>>()
                seen.filter { it.text().startsWith("after") } shouldBe emptyList()
                collector.cancelAndJoin()
            }
        }

        "a collector that would run inside the task's own steps is moved out of them" {
            recorderTest { recorder ->
                val seen = CompletableDeferred<String>()
                val collector = launch(Dispatchers.Unconfined) {
                    recorder.transitions.collect { seen.complete(Thread.currentThread().name) }
                }
                recorder.launched("a") { }.join()
                seen.await() shouldContain "DefaultDispatcher"
                collector.cancelAndJoin()
            }
        }

        "A1: such a collector is told what happens from the moment of collecting on, too" {
            recorderTest { recorder ->
                repeat(1_000) { round ->
                    val first = async(Dispatchers.Unconfined) { recorder.transitions.first() }
                    recorder.launched("$round") { }.join()
                    first.await().text() shouldBe "$round NOT_FOUND WORKING"
                }
            }
        }

        "A1: a listener that launches the task whose job it is told of joins it" {
            lateinit var recorder: TaskRecorder<String, Any?>
            val outcomes = mutableListOf<LaunchOutcome<*>>()
            val listener = object : OffloadListener {
                override fun onAccepted(job: JobSnapshot) {
                    outcomes += recorder.launch("a") { error("never") }
                }
            }
            managerTest(listener = listener) { manager ->
                recorder = TaskRecorder(manager, TASK)
                recorder.launched("a") { "value" }.await() shouldBe "value"
                outcomes.single().shouldBeInstanceOf<LaunchOutcome.AlreadyWorking<*>>()
            }
        }

        "A1: an id that launches its own task while that is being launched is told so, and the task runs" {
            managerTest { manager ->
                val recorder = TaskRecorder<Any, Any?>(manager, TASK)
                val thrown = mutableListOf<Throwable?>()
                var asked = 0
                val id = object {
                    override fun hashCode(): Int {
                        // The second time is for the key of the job, when its run is in the entry.
                        if (++asked ==
                            2
                        ) {
                            thrown += runCatching { recorder.launch(this) { error("never") } }.exceptionOrNull()
                        }
                        return 1
                    }
                }
                recorder.launch(id) { "value" }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
                thrown.single().shouldBeInstanceOf<IllegalStateException>().message shouldContain "came back"
                manager.joinAll()
                recorder.state(id) shouldBe SUCCEEDED
            }
        }

        "T3, A1: launchWhenRoom that is cancelled while it waits has launched nothing, and is in nobody's way" {
            val one = ConcurrencyLimit(1, 0)
            recorderTest(OffloadConfig { concurrency(one) }) { recorder ->
                recorder.launched("a") { delay(1.seconds) }
                val waiting = List(10) { async { recorder.launchWhenRoom("given up") { error("never") } } }
                val last = async { recorder.launchWhenRoom("last") { "value" } }
                testScheduler.runCurrent()
                waiting.forEach { it.cancelAndJoin() }
                recorder.state("given up") shouldBe NOT_FOUND
                val launched = last.await().shouldBeInstanceOf<LaunchOutcome.Launched<OffloadDeferred<Any?>>>()
                launched.handle().await() shouldBe "value"
                testScheduler.currentTime shouldBe 1_000
                recorder.state("given up") shouldBe NOT_FOUND
            }
        }

        "T3: in a body that holds a permit, launchWhenRoom does not wait, and its task is FAILED" {
            val one = ConcurrencyLimit(1, 0)
            recorderTest(OffloadConfig { concurrency(one) }) { recorder ->
                recorder.launched("a") {
                    shouldThrow<OffloadRejectedException> {
                        recorder.launchWhenRoom("b") { error("never") }
                    }.reason() shouldBe
                        RejectReason.QUEUE_FULL
                }.await()
                recorder.state("b") shouldBe FAILED
            }
        }

        "A3: launchWhenRoom in a scope that has ended is refused, and the task FAILED" {
            managerTest { manager ->
                val scope = manager.openScope("uploads")
                val recorder = TaskRecorder<String, Any?>(scope, TASK)
                scope.cancel()
                shouldThrow<ScopeClosedException> { recorder.launchWhenRoom("late") { } }
                recorder.state("late") shouldBe FAILED
            }
        }

        "A2: a value is kept as long as asked, by the manager's clock, and the success for ever" {
            managerTest { manager ->
                val recorder = TaskRecorder<String, Any?>(manager, TASK, KeepValues(10, 5.seconds))
                suspend fun kept() = recorder.launch("a") { error("never") }
                    .shouldBeInstanceOf<LaunchOutcome.AlreadySucceeded<OffloadDeferred<Any?>>>().handle()?.await()
                recorder.launched("a") { "value" }.await()
                delay(5.seconds)
                kept() shouldBe "value"
                recorder.dropSucceeded(olderThan = 5.seconds) shouldBe 0
                delay(1.seconds)
                kept() shouldBe null
                recorder.state("a") shouldBe SUCCEEDED
                recorder.dropSucceeded(olderThan = 5.seconds) shouldBe 1
                recorder.state("a") shouldBe NOT_FOUND
            }
        }

        "A1: who watches on a dispatcher that nobody knows is told all that happens after the snapshot, too" {
            recorderTest { recorder ->
                repeat(200) { round ->
                    val two = async(Dispatchers.Unconfined) { recorder.watch().take(2).toList() }
                    recorder.launched("$round") { }.join()
                    val (snapshot, step) = two.await()
                    snapshot shouldBe TaskEvent.Snapshot<String>(emptySet(), emptySet())
                    step.text() shouldBe "$round NOT_FOUND WORKING"
                }
            }
        }

        "what is no scope of this library is refused" {
            managerTest { manager ->
                shouldThrow<IllegalArgumentException> {
                    TaskRecorder<String, Any?>(object : OffloadScope by manager {}, TASK)
                }.message shouldContain "scope must be one that offload made"
                manager.submit(OffloadKind.named<Any, Unit>("taken").key(1)) { }
                shouldThrow<IllegalArgumentException> {
                    TaskRecorder<String, Any?>(manager, OffloadKind.named<Any, Any?>("taken"))
                }
            }
        }
    })

private fun TaskEvent<String>.text() = when (this) {
    is TaskEvent.Moved -> "${id()} ${from()} ${to()}"
    is TaskEvent.Snapshot -> "snapshot"
    is TaskEvent.Missed -> "missed ${count()}"
}

/** An id whose hash is that of all others, and whose order fails once. */
private class Colliding(private val number: Int, private val throws: AtomicBoolean) : Comparable<Colliding> {
    override fun compareTo(other: Colliding): Int {
        check(!throws.getAndSet(false)) { "no order" }
        return number.compareTo(other.number)
    }

    override fun equals(other: Any?): Boolean = other is Colliding && number == other.number

    override fun hashCode(): Int = 0
}

private fun recorderTest(
    config: OffloadConfig = OffloadConfig.defaults(),
    test: suspend TestScope.(TaskRecorder<String, Any?>) -> Unit,
) = managerTest(config) { manager -> test(TaskRecorder(manager, TASK)) }

private fun TaskRecorder<String, Any?>.launched(
    id: String,
    timeout: TimeoutPolicy? = null,
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> Any?,
): OffloadDeferred<Any?> =
    launch(id, timeout, context, block).shouldBeInstanceOf<LaunchOutcome.Launched<OffloadDeferred<Any?>>>().handle()

/** A body that ignores its cancellation for some [time]. */
private suspend fun stubborn(time: Duration, atLast: () -> Unit) = withContext(NonCancellable) {
    delay(time)
    atLast()
}

private object BrokenDispatcher : CoroutineDispatcher() {
    override fun dispatch(context: CoroutineContext, block: Runnable): Unit = error("broken")
}

/** Does something when it is asked for its hash code, or for being equal, for the time that is given. All are equal. */
private class CountedId(private val at: Int, private val action: () -> Unit) {
    private var asked = 0

    override fun hashCode(): Int {
        ask()
        return 1
    }

    override fun equals(other: Any?): Boolean {
        ask()
        return other is CountedId
    }

    private fun ask() {
        if (++asked == at) action()
    }
}
