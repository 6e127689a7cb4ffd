package dev.offload.coroutines

import dev.offload.AbandonPolicy
import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.KeyStuckException
import dev.offload.KindPolicy
import dev.offload.OffloadCancelledException
import dev.offload.OffloadCycleException
import dev.offload.OffloadException
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.OffloadTimeoutException
import dev.offload.RejectReason
import dev.offload.Submission
import dev.offload.TimeLimit
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/** Settings and what is asked of them, as Kotlin has it: named arguments, its own durations, properties. */
class SettingsSpec :
    FunSpec({
        test("a policy of a kind, and its limits, are what the same ones of Java are") {
            KindPolicy() shouldBe KindPolicy.unset()
            KindPolicy(
                conflict = ConflictPolicy.REPLACE,
                timeout = TimeoutPolicy(warnAfter = 1.seconds, cancelAfter = 2.seconds),
                abandon = AbandonPolicy.finish(),
                concurrency = ConcurrencyLimit(4, maxQueued = 100),
            ) shouldBe KindPolicy.unset()
                .withConflict(ConflictPolicy.REPLACE)
                .withTimeout(dev.offload.TimeoutPolicy(null, 1.seconds.toJavaDuration(), 2.seconds.toJavaDuration()))
                .withAbandon(AbandonPolicy.finish())
                .withConcurrency(ConcurrencyLimit.of(4).withMaxQueued(100))
            ConcurrencyLimit(4) shouldBe ConcurrencyLimit.of(4)
            ConcurrencyLimit(4, 100) shouldBe ConcurrencyLimit.of(4).withMaxQueued(100)
            shouldThrow<IllegalArgumentException> { ConcurrencyLimit(0) }
            shouldThrow<IllegalArgumentException> { ConcurrencyLimit(1, maxQueued = -1) }
        }

        test("the times of a manager are durations of Kotlin") {
            val config = OffloadConfig {
                undyingReportAfter(1.seconds)
                successorWait(2.seconds)
                shutdownKill(3.seconds)
                unobservedReportAfter(4.seconds)
            }
            config.run {
                listOf(undyingReportAfter(), successorWait(), shutdownKill(), unobservedReportAfter())
            } shouldBe
                listOf(1, 2, 3, 4).map { it.seconds.toJavaDuration() }
            AbandonPolicy(linger = 5.seconds) shouldBe AbandonPolicy.linger(5.seconds.toJavaDuration())
            shouldThrow<IllegalArgumentException> { OffloadConfig { successorWait(Duration.ZERO) } }
        }

        test("what exceptions, handles, keys and records tell is a property") {
            managerTest(
                OffloadConfig {
                    successorWait(1.seconds)
                    kind(COUNT, KindPolicy(concurrency = ConcurrencyLimit(1, maxQueued = 0)))
                },
            ) { manager ->
                val job = manager.submit(LOAD.key(1)) { withContext(NonCancellable) { awaitCancellation() } }
                runCurrent()
                job.jobState shouldBe JobState.RUNNING
                job.joined shouldBe false
                job.key shouldBe LOAD.key(1)
                job.jobNumber shouldBe manager.find(LOAD.key(1))!!.number
                job.key.kind.name shouldBe "user.load"
                manager.find(LOAD.key(1))!!.state shouldBe JobState.RUNNING
                job.cancel()
                shouldThrow<OffloadCancelledException> { job.await() }.reason shouldBe CancelReason.CANCELLED
                val stuck = manager.submit(LOAD.key(1)) { "never" }
                shouldThrow<KeyStuckException> { stuck.await() }.waited shouldBe 1.seconds
                val brief = TimeoutPolicy(cancelAfter = 20.milliseconds)
                val late = manager.submit(LOAD.key(2), timeout = brief) { awaitCancellation() }
                val timeout = shouldThrow<OffloadTimeoutException> { late.await() }
                timeout.limit shouldBe 20.milliseconds
                timeout.exceeded shouldBe TimeLimit.CANCEL_AFTER
                manager.submit(COUNT.key(1)) { awaitCancellation() }
                val full = shouldThrow<OffloadRejectedException> { manager.submit(COUNT.key(2)) { 2 } }
                full.reason shouldBe RejectReason.QUEUE_FULL
                full.limit shouldBe "kind ${COUNT.name}"
                val refused = manager.trySubmit(COUNT.key(2)) { 2 }
                (refused as Submission.Rejected).reason shouldBe RejectReason.QUEUE_FULL
                val self = OffloadKind.named<Int, Int>("self")
                val told: OffloadException = shouldThrow<OffloadCycleException> {
                    manager.call(self.key(1)) { manager.call(self.key(1)) { 1 } }
                }
                (told as OffloadCycleException).kinds shouldContainExactly listOf("self", "self")
            }
        }
    })
