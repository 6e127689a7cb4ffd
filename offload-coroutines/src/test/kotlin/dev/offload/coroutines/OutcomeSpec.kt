package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.OffloadFailedException
import dev.offload.Submission
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import io.kotest.matchers.types.shouldNotBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlin.time.Duration.Companion.seconds

/** How work ends, and who is told what. */
class OutcomeSpec :
    StringSpec({
        "R2: a body ends when its block and all its child coroutines have ended" {
            managerTest { manager ->
                val handle =
                    manager.submit(LOAD.key(1)) {
                        launch { delay(5.seconds) }
                        "value"
                    }
                delay(4.seconds)
                handle.jobState() shouldBe JobState.RUNNING
                manager.isInFlight(handle.key()) shouldBe true
                handle.await() shouldBe "value"
                testScheduler.currentTime shouldBe 5_000
            }
        }

        "R2: a child's failure is the body's" {
            managerTest { manager ->
                val failure = IllegalStateException("child")
                val handle =
                    manager.submit(LOAD.key(1)) {
                        launch { throw failure }
                        awaitCancellation()
                    }
                shouldThrow<IllegalStateException> { handle.await() }.original() shouldBeSameInstanceAs failure
                handle.jobState() shouldBe JobState.FAILED
            }
        }

        "R2: who has seen the end may submit again and never meets the old job" {
            managerTest { manager ->
                repeat(100) { round ->
                    val submission = manager.trySubmit(COUNT.key(1)) { round }
                    submission.shouldBeInstanceOf<Submission.Started<OffloadDeferred<Int>>>()
                    submission.handle().await() shouldBe round
                }
            }
        }

        "R2: a cancel tells the callers at once; the entry stays, unjoinable, until the body has ended" {
            managerTest { manager ->
                val key = LOAD.key(1)
                val dying = manager.submit(key) { stubborn(3.seconds) }
                testScheduler.runCurrent()
                manager.cancel(key)
                shouldThrow<OffloadCancelledException> { dying.await() }
                testScheduler.currentTime shouldBe 0
                dying.jobState() shouldBe JobState.CANCELLING
                manager.find(key)!!.cancelReason() shouldBe CancelReason.CANCELLED
                val successor = manager.submit(key) { "new" }
                successor.joined() shouldBe false
                successor.jobState() shouldBe JobState.QUEUED
                successor.await() shouldBe "new"
                testScheduler.currentTime shouldBe 3_000
                dying.jobState() shouldBe JobState.CANCELLED
            }
        }

        "R2: what a cancelled body yields is dropped, its exception reported as suppressed" {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val failure = IllegalStateException("while dying")
                val handle =
                    manager.submit(LOAD.key(1)) {
                        try {
                            awaitCancellation()
                        } finally {
                            throw failure
                        }
                    }
                testScheduler.runCurrent()
                handle.cancel()
                handle.join()
                listener.failures
                    .single()
                    .suppressed
                    .toList() shouldContainExactly listOf(failure)
            }
        }

        "R2: join waits for the end of the body, await only for the outcome" {
            managerTest { manager ->
                val handle = manager.submit(LOAD.key(1)) { stubborn(2.seconds) }
                testScheduler.runCurrent()
                manager.cancel(handle.key())
                shouldThrow<OffloadCancelledException> { handle.await() }
                testScheduler.currentTime shouldBe 0
                handle.join()
                testScheduler.currentTime shouldBe 2_000
            }
        }

        "R3: a job cancelled before it starts never runs, and its key is free at once" {
            managerTest { manager ->
                var ran = false
                val handle =
                    manager.submit(LOAD.key(1)) {
                        ran = true
                        "x"
                    }
                manager.cancel(handle.key()) shouldBe true
                manager.isInFlight(handle.key()) shouldBe false
                shouldThrow<OffloadCancelledException> { handle.await() }
                manager.submit(LOAD.key(1)) { "y" }.await() shouldBe "y"
                ran shouldBe false
                manager.activeCount shouldBe 0
            }
        }

        "R3: an Error ends the job like any exception" {
            managerTest { manager ->
                val error = StackOverflowError("body")
                val handle = manager.submit(LOAD.key(1)) { throw error }
                shouldThrow<StackOverflowError> { handle.await() }.original() shouldBeSameInstanceAs error
                manager.isInFlight(handle.key()) shouldBe false
            }
        }

        "R8: cancelling the manager cancels its jobs and refuses new ones" {
            managerTest { manager ->
                val handle = manager.submit(LOAD.key(1)) { awaitCancellation() }
                testScheduler.runCurrent()
                manager.cancel()
                shouldThrow<OffloadCancelledException> { handle.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
                manager.trySubmit(LOAD.key(2)) { "x" } shouldBe
                    Submission.Rejected<OffloadDeferred<String>>(dev.offload.RejectReason.SCOPE_CLOSED)
                shouldThrow<dev.offload.ScopeClosedException> { manager.submit(LOAD.key(2)) { "x" } }
                shouldThrow<dev.offload.ScopeClosedException> { manager.share(LOAD.key(2)) { "x" } }
                shouldThrow<dev.offload.ScopeClosedException> { manager.spawn("audit") { } }
                manager.snapshot().total().rejected() shouldBe 4
            }
        }

        "R8: cancelling the manager's own Job does the same" {
            managerTest { manager ->
                val handle = manager.submit(LOAD.key(1)) { awaitCancellation() }
                manager.coroutineContext.job.cancel()
                shouldThrow<OffloadCancelledException> { handle.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
            }
        }

        "E1: a withTimeout inside a body never cancels the callers silently" {
            managerTest { manager ->
                val handle = manager.submit(LOAD.key(1)) { withTimeout(1.seconds) { awaitCancellation() } }
                val failure = shouldThrow<OffloadFailedException> { handle.await() }
                failure.cause.shouldBeInstanceOf<TimeoutCancellationException>()
                handle.jobState() shouldBe JobState.FAILED
                shouldThrow<OffloadFailedException> {
                    manager.call(LOAD.key(1)) { throw CancellationException("mine") }
                }
            }
        }

        "E1: a body that cancels its own coroutine has failed" {
            managerTest { manager ->
                val handle =
                    manager.submit(LOAD.key(1)) {
                        cancel()
                        "dropped"
                    }
                shouldThrow<OffloadFailedException> { handle.await() }
            }
        }

        "E1: await checks its own caller first" {
            managerTest { manager ->
                val ended = manager.submit(LOAD.key(1)) { "value" }
                ended.await()
                val caller =
                    async {
                        coroutineContext.job.cancel()
                        ended.await()
                    }
                shouldThrow<CancellationException> { caller.await() }
                caller.isCancelled shouldBe true
            }
        }

        "E2: all waiters of a run get its failure, as it is; the next submission runs anew" {
            managerTest { manager ->
                val failure = IllegalStateException("load")
                val waiters =
                    List(3) {
                        async {
                            runCatching {
                                manager.call(LOAD.key(1)) {
                                    delay(1.seconds)
                                    throw failure
                                }
                            }.exceptionOrNull()
                        }
                    }
                waiters.forEach { it.await()!!.original() shouldBeSameInstanceAs failure }
                manager.snapshot().total().joined() shouldBe 2
                manager.call(LOAD.key(1)) { "anew" } shouldBe "anew"
            }
        }

        "E3: a failure nobody awaited is reported once; one that was awaited is not" {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val failure = IllegalStateException("unseen")
                manager.spawn("audit") { throw failure }
                manager.joinAll()
                listener.count("unobserved") shouldBe 1
                listener.failures shouldContain failure

                val awaited = manager.submit(LOAD.key(1)) { error("seen") }
                shouldThrow<IllegalStateException> { awaited.await() }
                shouldThrow<IllegalStateException> { manager.call(LOAD.key(1)) { error("seen") } }
                listener.count("unobserved") shouldBe 1
            }
        }

        "E4: one job's failure touches neither its siblings nor plain coroutines of the scope" {
            managerTest { manager ->
                val sibling =
                    manager.submit(LOAD.key(1)) {
                        delay(1.seconds)
                        "alive"
                    }
                val plain =
                    manager.async {
                        delay(1.seconds)
                        "plain"
                    }
                val failing = manager.submit(LOAD.key(2)) { error("down") }
                shouldThrow<IllegalStateException> { failing.await() }
                sibling.await() shouldBe "alive"
                plain.await() shouldBe "plain"
            }
        }

        "a cancelled caller is told by a fresh exception with its own stack" {
            managerTest { manager ->
                val handle = manager.submit(LOAD.key(1)) { awaitCancellation() }
                manager.cancel(handle.key())
                val first = shouldThrow<OffloadCancelledException> { handle.await() }
                shouldThrow<OffloadCancelledException> { handle.await() } shouldNotBeSameInstanceAs first
            }
        }

        "a null value is a value" {
            managerTest { manager ->
                val kind = dev.offload.OffloadKind.named<Any, String?>("maybe")
                manager.submit(kind.key(1)) { null }.await() shouldBe null
                manager.call(kind.key(1)) { null } shouldBe null
            }
        }
    })

/** Goes on for [time] although it is cancelled. */
suspend fun stubborn(time: kotlin.time.Duration): Nothing {
    try {
        awaitCancellation()
    } finally {
        withContext(NonCancellable) { delay(time) }
    }
}
