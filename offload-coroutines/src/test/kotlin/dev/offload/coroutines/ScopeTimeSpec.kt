package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.OffloadCancelledException
import dev.offload.OffloadTimeoutException
import dev.offload.ScopeClosedException
import dev.offload.TimeLimit
import dev.offload.coroutines.hostile.until
import dev.offload.coroutines.internal.time.TimerView
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds

/** T1: the time of a scope, in virtual time. */
class ScopeTimeSpec :
    FunSpec({
        test(
            "T1: a scope is cancelled when its time is over: its jobs, its plain coroutines, its block, what is under it",
        ) {
            managerTest { manager ->
                val ended = ArrayList<String>()
                suspend fun untilCancelled(what: String): String = try {
                    awaitCancellation()
                } finally {
                    ended += "$what at $currentTime"
                }
                val told = shouldThrow<OffloadTimeoutException> {
                    manager.scope("request", timeout = 3.seconds) {
                        submit(LOAD.key(1)) { untilCancelled("job") }
                        launch { untilCancelled("coroutine") }
                        openScope("opened").submit(LOAD.key(1)) { untilCancelled("opened") }
                        scope("inner") { untilCancelled("block") }
                    }
                }
                told.exceeded() shouldBe TimeLimit.SCOPE
                told.limit().toSeconds() shouldBe 3
                ended.sorted() shouldBe listOf("block", "coroutine", "job", "opened").map { "$it at 3000" }
                manager.snapshot().children() shouldBe emptyList()
            }
        }

        test("T1: it counts from the beginning, and a scope that ends in time answers what its block does") {
            managerTest { manager ->
                delay(10.seconds)
                manager.scope("request", timeout = 3.seconds) {
                    submit(LOAD.key(1)) { delay(2_999).let { "in time" } }.await()
                }
                    .shouldBe("in time")
                delay(1.hours)
                shouldThrow<OffloadTimeoutException> {
                    manager.scope("request", timeout = 3.seconds) { submit(LOAD.key(1)) { delay(3_001).let { "" } } }
                }
            }
        }

        test(
            "T1, E1: the time of a scope around it is that one's to tell, and a caller who is cancelled is just that",
        ) {
            managerTest { manager ->
                shouldThrow<OffloadTimeoutException> {
                    manager.scope("outer", timeout = 1.seconds) {
                        shouldThrow<CancellationException> {
                            scope("inner", timeout = 2.seconds) { awaitCancellation() }
                        }
                    }
                }.message shouldBe "scope 'outer' was cancelled: it had not ended within PT1S"
                withTimeoutOrNull(1.seconds) {
                    manager.scope("request", timeout = 2.seconds) { awaitCancellation() }
                }.shouldBeNull()
                val caller = async { manager.scope("request", timeout = 2.seconds) { awaitCancellation() } }
                delay(1.seconds)
                caller.cancel()
                shouldThrow<CancellationException> { caller.await() }
            }
        }

        test("T1: an opened scope ends when its time is over, and tells so who waits for its jobs") {
            managerTest { manager ->
                val scope = manager.openScope("screen", timeout = 3.seconds)
                val job = scope.submit(LOAD.key(1)) { awaitCancellation() }
                shouldThrow<OffloadCancelledException> { job.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
                scope.coroutineContext.job.join()
                currentTime shouldBe 3_000
            }
        }

        test(
            "T1: a scope that somebody cancelled before its time was over does not speak of it, however long its bodies die",
        ) {
            managerTest { manager ->
                val scope = manager.openScope("screen", timeout = 3.seconds)
                scope.submit(LOAD.key(1)) { stubborn(10.seconds) }
                delay(1.seconds)
                scope.cancel()
                delay(4.seconds)
                shouldThrow<ScopeClosedException> { scope.submit(LOAD.key(2)) { "late" } }.message shouldBe
                    "scope 'screen' is closed and takes no new work"
            }
        }

        test("T1: the lease of a scope whose time is over is dropped, and others keep the job") {
            managerTest { manager ->
                val other = manager.share(LOAD.key(1)) { delay(5.seconds).let { "value" } }
                shouldThrow<OffloadTimeoutException> {
                    manager.scope("request", timeout = 3.seconds) { share(LOAD.key(1)) { "unused" }.await() }
                }
                other.await() shouldBe "value"
            }
        }

        test("T1: a scope that has ended leaves no timer") {
            val manager = OffloadManager()
            repeat(1_000) { manager.scope("request", timeout = 1.hours) { submit(LOAD.key(it)) { "$it" } } }
            repeat(1_000) { manager.openScope("request", timeout = 1.hours).cancel() }
            until("no timer is left") { TimerView(manager).entries == 0 }
            manager.shutdown(Duration.ZERO).isClean shouldBe true
        }
    })
