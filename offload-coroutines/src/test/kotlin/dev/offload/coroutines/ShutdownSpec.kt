package dev.offload.coroutines

import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.ScopeClosedException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/** The end of a manager. */
class ShutdownSpec :
    StringSpec({
        "S1: within the grace running work ends by itself, and new work is refused" {
            managerTest { manager ->
                val running = manager.submit(LOAD.key(1)) { delay(2.seconds).let { "done" } }
                val report =
                    run {
                        launch {
                            delay(1.seconds)
                            shouldThrow<ScopeClosedException> { manager.submit(LOAD.key(2)) { "late" } }
                            shouldThrow<ScopeClosedException> { manager.share(LOAD.key(1)) { "late" } }
                        }
                        manager.shutdown(grace = 5.seconds)
                    }
                testScheduler.currentTime shouldBe 2_000
                report.finished() shouldBe 1
                report.cancelled() shouldBe 0
                report.isClean() shouldBe true
                running.await() shouldBe "done"
            }
        }

        "S1: what is left after the grace is cancelled; what will not die is named" {
            managerTest { manager ->
                val obedient = manager.submit(LOAD.key("obeys")) { awaitCancellation() }
                val undying = manager.submit(COUNT.key("stays")) { stubborn(5.minutes) }
                val quick = manager.submit(LOAD.key("quick")) { "quick" }
                testScheduler.runCurrent()
                val report = manager.shutdown(grace = 1.seconds, kill = 2.seconds)
                testScheduler.currentTime shouldBe 3_000
                report.finished() shouldBe 0
                report.cancelled() shouldBe 1
                report.undying().single().run { key() to state() } shouldBe (undying.key() to JobState.CANCELLING)
                report.isClean() shouldBe false
                quick.await() shouldBe "quick"
                shouldThrow<OffloadCancelledException> { obedient.await() }
                shouldThrow<OffloadCancelledException> { undying.await() }
                undying.join()
                manager.activeCount shouldBe 0
            }
        }

        "S1: shutdown is idempotent, and a manager without work ends at once" {
            managerTest { manager ->
                repeat(2) {
                    manager.shutdown(grace = Duration.ZERO, kill = Duration.ZERO).run {
                        finished() shouldBe 0
                        undying().shouldBeEmpty()
                    }
                }
                testScheduler.currentTime shouldBe 0
                manager.isActive shouldBe false
            }
        }

        "R6: joinAll waits for the bodies of all jobs accepted before it, also the cancelled ones" {
            managerTest { manager ->
                manager.submit(LOAD.key(1)) { stubborn(3.seconds) }
                manager.submit(LOAD.key(2)) { delay(1.seconds).let { "x" } }
                testScheduler.runCurrent()
                manager.cancelAll() shouldBe 2
                launch {
                    delay(1.seconds)
                    manager.submit(LOAD.key(3)) { delay(1.minutes).let { "later" } }
                }
                manager.joinAll()
                testScheduler.currentTime shouldBe 3_000
            }
        }

        "times that are negative and a context with a Job are refused by name" {
            managerTest { manager ->
                shouldThrow<IllegalArgumentException> { manager.shutdown(-1.seconds) }.message shouldContain "grace"
                shouldThrow<IllegalArgumentException> { manager.shutdown(1.seconds, -1.seconds) }.message shouldContain
                    "kill"
                shouldThrow<IllegalArgumentException> { OffloadManager(context = Job()) }.message shouldContain
                    "context"
            }
        }

        "DisabledOffload drops the work and checks the label" {
            managerTest {
                var ran = false
                DisabledOffload.spawn("audit") { ran = true }
                testScheduler.advanceUntilIdle()
                ran shouldBe false
                shouldThrow<IllegalArgumentException> { DisabledOffload.spawn("Not a label") { } }
            }
        }
    })
