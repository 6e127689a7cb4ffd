package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadTimeoutException
import dev.offload.TimeLimit
import dev.offload.coroutines.hostile.until
import dev.offload.coroutines.internal.time.TimerView
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.currentTime
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.Duration.Companion.seconds

/** Limits on bodies, in virtual time. */
class TimeLimitSpec :
    StringSpec({
        "T1: cancelAfter ends the body as TIMED_OUT and tells the callers the limit" {
            managerTest { manager ->
                val handle = manager.submit(LOAD.key(1), timeout = TimeoutPolicy(cancelAfter = 3.seconds)) {
                    awaitCancellation()
                }
                shouldThrow<OffloadTimeoutException> { handle.await() }.limit().toSeconds() shouldBe 3
                testScheduler.currentTime shouldBe 3_000
                handle.join()
                handle.jobState() shouldBe JobState.CANCELLED
            }
        }

        "T1: limits count from the start of the body, not from the submission" {
            managerTest { manager ->
                val key = LOAD.key(1)
                manager.submit(key) { stubborn(5.seconds) }.also { testScheduler.runCurrent() }.cancel()
                val successor =
                    manager.submit(key, timeout = TimeoutPolicy(cancelAfter = 3.seconds)) {
                        delay(2.seconds)
                        "in time"
                    }
                successor.await() shouldBe "in time"
                testScheduler.currentTime shouldBe 7_000
            }
        }

        "T1: startWithin counts from the submission, and ends exactly what has not begun by then" {
            val listener = RecordingListener()
            val config = OffloadConfig {
                kind(LOAD, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
                timeout(TimeoutPolicy(startWithin = 3.seconds))
            }
            managerTest(config, listener) { manager ->
                var begun = 0
                val all = List(4) { n ->
                    manager.submit(LOAD.key(n)) {
                        begun++
                        delay(2.seconds)
                        "$n"
                    }
                }
                all[0].await() shouldBe "0"
                all[1].await() shouldBe "1" // began after 2 of its 3 seconds, and runs until 4
                currentTime shouldBe 4_000
                all.drop(2).forEach {
                    val told = shouldThrow<OffloadTimeoutException> { it.await() }
                    told.exceeded() shouldBe TimeLimit.START_WITHIN
                    told.message!! shouldContain "had not begun within PT3S"
                }
                begun shouldBe 2
                listener.count("ended Keyed(user.load) CANCELLED") shouldBe 2
                manager.submit(LOAD.key(2)) { "again" }.await() shouldBe "again"
            }
        }

        "T1: startWithin leaves no timer, whether the body began or the job ended before" {
            val manager = OffloadManager(OffloadConfig { timeout(TimeoutPolicy(startWithin = 1.hours)) })
            repeat(1_000) { manager.submit(LOAD.key(it)) { "$it" }.await() }
            repeat(1_000) { manager.submit(LOAD.key(it)) { awaitCancellation() }.cancel() }
            manager.joinAll()
            until("no timer is left") { TimerView(manager).entries == 0 }
            // Each body looks for its own timer, be it begun by another thread or by who submits.
            for (context in listOf(EmptyCoroutineContext, Dispatchers.Unconfined)) {
                manager.submit(LOAD.key("running"), context = context) {
                    until("no timer is left") { TimerView(manager).entries == 0 }
                    "none"
                }.await() shouldBe "none"
            }
            manager.shutdown(Duration.ZERO).isClean shouldBe true
        }

        "T1: warnAfter reports at the deadline, while the body runs, and again with the total" {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val handle =
                    manager.submit(LOAD.key(1), timeout = TimeoutPolicy(warnAfter = 1.seconds)) {
                        delay(4.seconds)
                        "slow"
                    }
                delay(2.seconds)
                listener.events.filter { it.startsWith("slow") } shouldContainExactly listOf("slow RUNNING PT1S")
                handle.await() shouldBe "slow"
                listener.events.filter { it.startsWith("slow") } shouldContainExactly
                    listOf("slow RUNNING PT1S", "slow SUCCEEDED PT4S")
            }
        }

        "T1: a body within its limits is neither reported nor cancelled, and leaves no timer" {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val limits = TimeoutPolicy(warnAfter = 5.seconds, cancelAfter = 10.seconds)
                manager.submit(LOAD.key(1), timeout = limits) { delay(1.seconds).let { "quick" } }.await() shouldBe
                    "quick"
                testScheduler.advanceUntilIdle()
                testScheduler.currentTime shouldBe 1_000
                listener.count("slow") shouldBe 0
            }
        }

        "T1: the submission's limits come first, then its kind's, then the default" {
            val config =
                OffloadConfig {
                    timeout(TimeoutPolicy(cancelAfter = 3.seconds))
                    kind(LOAD, KindPolicy.unset().withTimeout(TimeoutPolicy(cancelAfter = 2.seconds)))
                }
            managerTest(config) { manager ->
                suspend fun limitOf(handle: OffloadDeferred<*>) =
                    shouldThrow<OffloadTimeoutException> { handle.await() }.limit().toSeconds()
                val own = TimeoutPolicy(cancelAfter = 1.seconds)
                limitOf(manager.submit(LOAD.key(1), timeout = own) { awaitCancellation() }) shouldBe 1
                limitOf(manager.submit(LOAD.key(1), ConflictPolicy.ALLOW) { awaitCancellation() }) shouldBe 2
                limitOf(manager.submit(COUNT.key(1)) { awaitCancellation() }) shouldBe 3
                val free = manager.submit(LOAD.key(2), timeout = dev.offload.TimeoutPolicy.none()) {
                    delay(9.seconds).let { "free" }
                }
                free.await() shouldBe "free"
            }
        }

        "T1: a joined job keeps its starter's limits" {
            managerTest { manager ->
                manager.share(LOAD.key(1), timeout = TimeoutPolicy(cancelAfter = 2.seconds)) { awaitCancellation() }
                val joined = manager.share(LOAD.key(1), timeout = TimeoutPolicy(cancelAfter = 9.seconds)) { "unused" }
                shouldThrow<OffloadTimeoutException> { joined.await() }.limit().toSeconds() shouldBe 2
            }
        }

        "T1: a timed out body that dies slowly keeps its key until it has ended" {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val key = LOAD.key(1)
                val handle = manager.submit(key, timeout = TimeoutPolicy(cancelAfter = 1.seconds)) {
                    stubborn(2.seconds)
                }
                shouldThrow<OffloadTimeoutException> { handle.await() }
                manager.find(key)!!.cancelReason() shouldBe CancelReason.TIMED_OUT
                handle.join()
                testScheduler.currentTime shouldBe 3_000
                listener.events shouldContain "ended Keyed(user.load) CANCELLED"
            }
        }

        "limits that are not positive, or that could never report, are refused by name" {
            for ((bad, name) in listOf<Pair<() -> Any, String>>(
                { TimeoutPolicy(cancelAfter = Duration.ZERO) } to "cancelAfter",
                { TimeoutPolicy(warnAfter = -1.nanoseconds) } to "warnAfter",
                { TimeoutPolicy(warnAfter = 2.seconds, cancelAfter = 2.seconds) } to "warnAfter",
            )) {
                shouldThrow<IllegalArgumentException> { bad() }.message shouldContain name
            }
        }
    })
