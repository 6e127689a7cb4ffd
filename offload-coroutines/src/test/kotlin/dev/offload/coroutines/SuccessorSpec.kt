package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.KeyStuckException
import dev.offload.OffloadCancelledException
import dev.offload.Submission
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/** What waits for a body that is dying, and what happens if it will not die. */
class SuccessorSpec :
    StringSpec({
        "R1: a body that will not die is reported, and its successor ends with KeyStuckException at the bound" {
            val listener = RecordingListener()
            val config =
                OffloadConfig {
                    undyingReportAfter(10.seconds.toJavaDuration())
                    successorWait(60.seconds.toJavaDuration())
                }
            managerTest(config, listener) { manager ->
                val key = LOAD.key(1)
                val dying = manager.submit(key) { stubborn(5.minutes) }
                testScheduler.runCurrent()
                manager.cancel(key)
                val successor = manager.submit(key) { "never" }
                delay(10.seconds)
                testScheduler.runCurrent()
                listener.count("undying") shouldBe 1
                shouldThrow<KeyStuckException> { successor.await() }.waited().toSeconds() shouldBe 60
                testScheduler.currentTime shouldBe 60_000
                successor.jobState() shouldBe JobState.FAILED
                dying.jobState() shouldBe JobState.CANCELLING
                val patient = manager.submit(key) { "later" }
                dying.join()
                shouldThrow<KeyStuckException> { patient.await() }
                manager.submit(key) { "free again" }.await() shouldBe "free again"
            }
        }

        "R1: at most one successor waits: submissions join it, replace it unstarted, or are rejected" {
            managerTest { manager ->
                val key = LOAD.key(1)
                manager.submit(key) { stubborn(1.seconds) }.also { testScheduler.runCurrent() }.cancel()
                val successor = manager.submit(key) { "never starts" }
                manager
                    .trySubmit(key) { "unused" }
                    .shouldBeInstanceOf<Submission.Joined<OffloadDeferred<String>>>()
                manager
                    .trySubmit(key, ConflictPolicy.REJECT) { "refused" }
                    .shouldBeInstanceOf<Submission.Rejected<OffloadDeferred<String>>>()
                val replacing =
                    manager
                        .trySubmit(key, ConflictPolicy.REPLACE) { "replaced it" }
                        .shouldBeInstanceOf<Submission.Replaced<OffloadDeferred<String>>>()
                        .handle()
                shouldThrow<OffloadCancelledException> { successor.await() }.reason() shouldBe CancelReason.REPLACED
                manager.activeCount shouldBe 2
                replacing.await() shouldBe "replaced it"
                testScheduler.currentTime shouldBe 1_000
            }
        }

        "R7: REPLACE cancels what is in flight and starts when all of it has ended" {
            managerTest { manager ->
                val key = LOAD.key(1)
                val old = List(2) { manager.submit(key, ConflictPolicy.ALLOW) { stubborn((it + 1).seconds) } }
                testScheduler.runCurrent()
                val next = manager.submit(key, ConflictPolicy.REPLACE) { "next" }
                old.forEach {
                    shouldThrow<OffloadCancelledException> { it.await() }.reason() shouldBe CancelReason.REPLACED
                }
                testScheduler.currentTime shouldBe 0
                next.await() shouldBe "next"
                testScheduler.currentTime shouldBe 2_000
            }
        }

        "R7: ALLOW runs beside a dying job and does not hold up its successor" {
            managerTest { manager ->
                val key = LOAD.key(1)
                manager.submit(key) { stubborn(1.seconds) }.also { testScheduler.runCurrent() }.cancel()
                val successor = manager.submit(key) { "successor" }
                val beside = manager.submit(key, ConflictPolicy.ALLOW) { awaitCancellation() }
                testScheduler.runCurrent()
                beside.jobState() shouldBe JobState.RUNNING
                successor.await() shouldBe "successor"
                testScheduler.currentTime shouldBe 1_000
            }
        }

        "R7: with ALLOW every job is counted and waited for" {
            managerTest { manager ->
                val key = LOAD.key(1)
                List(3) { manager.submit(key, ConflictPolicy.ALLOW) { delay((it + 1).seconds).let { "done" } } }
                manager.activeCount shouldBe 3
                manager.snapshot().jobs().size shouldBe 3
                manager.joinAll()
                testScheduler.currentTime shouldBe 3_000
                manager.activeCount shouldBe 0
            }
        }

        "REPLACE where only a dying job is in the way starts rather than replaces" {
            managerTest { manager ->
                val key = LOAD.key(1)
                manager.submit(key) { stubborn(1.seconds) }.also { testScheduler.runCurrent() }.cancel()
                manager
                    .trySubmit(key, ConflictPolicy.REPLACE) { "next" }
                    .shouldBeInstanceOf<Submission.Started<OffloadDeferred<String>>>()
                    .handle()
                    .await() shouldBe "next"
            }
        }

        "a waiting successor that is cancelled leaves the key to the dying body" {
            managerTest { manager ->
                val key = LOAD.key(1)
                manager.submit(key) { stubborn(1.seconds) }.also { testScheduler.runCurrent() }.cancel()
                val successor = manager.submit(key) { "never" }
                successor.cancel() shouldBe true
                successor.jobState() shouldBe JobState.CANCELLED
                manager.activeCount shouldBe 1
                manager.submit(key) { "next" }.await() shouldBe "next"
                testScheduler.currentTime shouldBe 1_000
            }
        }
    })
