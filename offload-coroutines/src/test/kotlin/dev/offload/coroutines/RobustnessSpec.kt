package dev.offload.coroutines

import dev.offload.OffloadCancelledException
import dev.offload.OffloadConfig
import dev.offload.OffloadFailedException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.test.runTest
import java.time.Duration
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeMark
import kotlin.time.TimeSource

/** What is not ours may throw; no job, no caller and no key depends on it. */
class RobustnessSpec :
    StringSpec({
        afterSpec { forgetUncaught() }

        "R3: a dispatcher that throws fails the job, and frees its key" {
            val refusal = IllegalStateException("no")
            val refusing =
                object : CoroutineDispatcher() {
                    override fun dispatch(context: CoroutineContext, block: Runnable): Unit = throw refusal
                }
            runTest {
                val manager = OffloadManager(context = refusing)
                val handle = manager.submit(LOAD.key(1)) { "never" }
                shouldThrow<OffloadFailedException> { handle.await() }.cause shouldBeSameInstanceAs refusal
                manager.isInFlight(LOAD.key(1)) shouldBe false
                manager.activeCount shouldBe 0
            }
        }

        "R3: a clock that throws changes no outcome" {
            val broken =
                object : TimeSource {
                    override fun markNow() = object : TimeMark {
                        override fun elapsedNow() = error("no time")
                    }
                }
            runTest {
                val manager = OffloadManager(context = Dispatchers.Unconfined, timeSource = broken)
                manager.submit(LOAD.key(1), timeout = TimeoutPolicy(warnAfter = 1.seconds)) { "value" }.await() shouldBe
                    "value"
                manager.shutdown(1.seconds).isClean shouldBe true
            }
        }

        "R3: an id whose toString throws changes no message but its own" {
            val id =
                object {
                    override fun toString(): String = error("not shown")
                }
            managerTest(OffloadConfig { showIds(true) }) { manager ->
                val handle = manager.submit(LOAD.key(id)) { awaitCancellation() }
                manager.snapshot().jobs().single().label() shouldBe "Keyed(user.load)"
                manager.cancel(handle.key())
                shouldThrow<OffloadCancelledException> { handle.await() }
            }
        }

        "E3: a call whose body fails before the caller can wait is no unobserved failure" {
            val listener = RecordingListener()
            runTest {
                val manager = OffloadManager(context = Dispatchers.Unconfined, listener = listener)
                shouldThrow<IllegalStateException> { manager.call(LOAD.key(1)) { error("at once") } }
                manager.submit(LOAD.key(2)) { error("at once") }
                manager.shutdown(1.seconds)
                listener.events.filter { it.startsWith("unobserved") } shouldBe
                    listOf("unobserved Keyed(user.load) FAILED")
            }
        }

        "T1: the longest limits there are do not fire at once" {
            val forEver = Duration.ofNanos(Long.MAX_VALUE)
            val config = OffloadConfig { successorWait(forEver).undyingReportAfter(forEver) }
            managerTest(config) { manager ->
                val key = LOAD.key(1)
                val limits = dev.offload.TimeoutPolicy.cancelAfter(forEver)
                manager.submit(key, timeout = limits) {
                    stubborn(9.seconds)
                }.also { testScheduler.runCurrent() }.cancel()
                manager.submit(key, timeout = limits) { "in time" }.await() shouldBe "in time"
                testScheduler.currentTime shouldBe 9_000
            }
        }

        "a manager that was shut down twice still answers who waits for it" {
            managerTest { manager ->
                manager.shutdown(1.seconds)
                manager.shutdown(1.seconds).isClean shouldBe true
                manager.joinAll()
            }
        }
    })
