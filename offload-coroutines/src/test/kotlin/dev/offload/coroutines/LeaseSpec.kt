package dev.offload.coroutines

import dev.offload.AbandonPolicy
import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadCancelledException
import dev.offload.coroutines.hostile.until
import dev.offload.coroutines.internal.time.TimerView
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/** Who holds a job, and what their leaving does. */
class LeaseSpec :
    StringSpec({
        "L1: a shared job is cancelled when its last holder leaves, and not before" {
            managerTest { manager ->
                val key = LOAD.key(1)
                val first = manager.share(key) { awaitCancellation() }
                val second = manager.share(key) { "unused" }
                testScheduler.runCurrent()
                second.joined() shouldBe true
                first.cancel() shouldBe true
                first.cancel() shouldBe false
                shouldThrow<OffloadCancelledException> { first.await() }.reason() shouldBe CancelReason.CANCELLED
                second.jobState() shouldBe JobState.RUNNING
                manager.find(key)!!.leases() shouldBe 1
                second.cancel()
                second.jobState() shouldBe JobState.CANCELLING
                manager.find(key)!!.cancelReason() shouldBe CancelReason.ABANDONED
                manager.joinAll()
                manager.isInFlight(key) shouldBe false
            }
        }

        "L1: cancelling one caller of a shared call touches no other" {
            managerTest { manager ->
                val callers =
                    List(3) {
                        async {
                            manager.call(LOAD.key(1)) {
                                delay(2.seconds)
                                "shared"
                            }
                        }
                    }
                delay(1.seconds)
                callers[0].cancelAndJoin()
                callers[1].await() shouldBe "shared"
                callers[2].await() shouldBe "shared"
                testScheduler.currentTime shouldBe 2_000
            }
        }

        "L1: when all callers of a call are cancelled, so is the job" {
            managerTest { manager ->
                val callers = List(3) { launch { manager.call(LOAD.key(1)) { awaitCancellation() } } }
                testScheduler.runCurrent()
                manager.activeCount shouldBe 1
                callers.forEach { it.cancelAndJoin() }
                manager.joinAll()
                manager.snapshot().total().run { cancelled() to joined() } shouldBe (1L to 2L)
            }
        }

        "L1: a kind that says finish goes on without holders, and can still be joined" {
            val config = OffloadConfig { kind(LOAD, KindPolicy.unset().withAbandon(AbandonPolicy.finish())) }
            managerTest(config) { manager ->
                val key = LOAD.key(1)
                val caller =
                    launch {
                        manager.call(key) {
                            delay(2.seconds)
                            "finished"
                        }
                    }
                delay(1.seconds)
                caller.cancelAndJoin()
                manager.find(key)!!.leases() shouldBe 0
                manager.call(key) { "unused" } shouldBe "finished"
            }
        }

        "L1: a job lingers from the moment in which its last holder left, each time anew" {
            val config = OffloadConfig {
                kind(LOAD, KindPolicy.unset().withAbandon(AbandonPolicy.linger(5.seconds.toJavaDuration())))
            }
            managerTest(config) { manager ->
                val key = LOAD.key(1)
                var ended = -1L
                suspend fun lookFor(time: Duration) = withTimeoutOrNull(time) {
                    manager.call(key) {
                        try {
                            awaitCancellation()
                        } finally {
                            ended = currentTime
                        }
                    }
                }
                lookFor(1.seconds)
                delay(4.seconds)
                lookFor(1.seconds) // from 5 to 6 s
                manager.snapshot().total().run { accepted() to joined() } shouldBe (1L to 1L)
                delay(10.seconds)
                ended shouldBe 11_000
                manager.snapshot().total().cancelled() shouldBe 1
            }
        }

        "L1: a job that was not begun yet lingers, too" {
            val config = OffloadConfig {
                kind(
                    LOAD,
                    KindPolicy.unset()
                        .withConcurrency(ConcurrencyLimit.of(1))
                        .withAbandon(AbandonPolicy.linger(5.seconds.toJavaDuration())),
                )
            }
            managerTest(config) { manager ->
                manager.submit(LOAD.key("occupant")) { delay(3.seconds).let { "" } }
                manager.share(LOAD.key(1)) { delay(1.seconds).let { "value" } }.cancel() shouldBe true
                delay(3_500)
                manager.call(LOAD.key(1)) { "unused" } shouldBe "value"
                currentTime shouldBe 4_000
            }
        }

        "R10, L1: however often its last holder leaves, a job has one timer" {
            val config = OffloadConfig {
                kind(LOAD, KindPolicy.unset().withAbandon(AbandonPolicy.linger(1.hours.toJavaDuration())))
            }
            val manager = OffloadManager(config)
            val job = manager.share(LOAD.key(1)) { awaitCancellation() }
            repeat(100_000) { manager.share(LOAD.key(1)) { "unused" }.cancel() shouldBe true }
            TimerView(manager).entries shouldBe 0
            job.cancel() shouldBe true
            repeat(100_000) { manager.share(LOAD.key(1)) { "unused" }.cancel() shouldBe true }
            until("there is one timer") { TimerView(manager).entries == 1 }
            manager.cancelAll()
            until("no timer is left") { TimerView(manager).entries == 0 }
            manager.shutdown(Duration.ZERO).isClean shouldBe true
        }

        "L1: the only holder of an owned job cancels it; with two holders the other is untouched" {
            managerTest { manager ->
                val key = LOAD.key(1)
                val alone = manager.submit(key) { awaitCancellation() }
                testScheduler.runCurrent()
                alone.cancel() shouldBe true
                manager.find(key)!!.cancelReason() shouldBe CancelReason.CANCELLED
                manager.joinAll()

                val first =
                    manager.submit(key) {
                        delay(1.seconds)
                        "kept"
                    }
                val second = manager.submit(key) { "unused" }
                first.cancel()
                second.await() shouldBe "kept"
                shouldThrow<OffloadCancelledException> { first.await() }
            }
        }

        "L1: cancelling a handle tells those who wait on it, and nobody else" {
            managerTest { manager ->
                val mine = manager.share(LOAD.key(1)) { awaitCancellation() }
                val other = manager.share(LOAD.key(1)) { "unused" }
                val waitsOnMine = async { runCatching { mine.await() } }
                val waitsOnOther = async { runCatching { other.await() } }
                testScheduler.runCurrent()
                mine.cancel()
                testScheduler.runCurrent()
                (waitsOnMine.await().exceptionOrNull() as OffloadCancelledException).reason() shouldBe
                    CancelReason.CANCELLED
                waitsOnOther.isActive shouldBe true
                waitsOnOther.cancelAndJoin()
            }
        }

        "L1: a cancel after the outcome changes nothing" {
            managerTest { manager ->
                val handle = manager.submit(LOAD.key(1)) { "value" }
                handle.join()
                handle.cancel() shouldBe false
                handle.await() shouldBe "value"
                handle.jobState() shouldBe JobState.SUCCEEDED
            }
        }

        "L2: cancelling a coroutine that merely awaits a handle drops nothing" {
            managerTest { manager ->
                val handle =
                    manager.share(LOAD.key(1)) {
                        delay(2.seconds)
                        "value"
                    }
                val waiter = launch { handle.await() }
                delay(1.seconds)
                waiter.cancelAndJoin()
                manager.find(handle.key())!!.leases() shouldBe 1
                handle.await() shouldBe "value"
            }
        }

        "L3: a dying job cannot be joined; the submission becomes its successor" {
            managerTest { manager ->
                val key = LOAD.key(1)
                manager.share(key) { stubborn(1.seconds) }.also { testScheduler.runCurrent() }.cancel()
                val next = manager.share(key) { "next" }
                next.joined() shouldBe false
                val joinsNext = manager.share(key) { "unused" }
                joinsNext.joined() shouldBe true
                next.await() shouldBe "next"
                joinsNext.await() shouldBe "next"
            }
        }

        "T2: withTimeout around await concerns that caller alone" {
            managerTest { manager ->
                val handle =
                    manager.submit(LOAD.key(1)) {
                        delay(2.seconds)
                        "value"
                    }
                withTimeoutOrNull(1.seconds) { handle.await() } shouldBe null
                handle.jobState() shouldBe JobState.RUNNING
                handle.await() shouldBe "value"
            }
        }

        "a cancelled caller of call sees its own cancellation" {
            managerTest { manager ->
                val caller = async { manager.call(LOAD.key(1)) { awaitCancellation() } }
                testScheduler.runCurrent()
                caller.cancel()
                shouldThrow<CancellationException> { caller.await() }
            }
        }
    })
