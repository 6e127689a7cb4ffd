package dev.offload.coroutines.hostile

import dev.offload.OffloadKey
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.snapshot
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/** Longer than anything here takes; only a test that fails waits so long. */
val BOUND = 20.seconds

/** Starts something that may block, on a thread of its own. */
fun <T> started(action: suspend () -> T): CompletableFuture<T> {
    val told = CompletableFuture<T>()
    Thread(null, { told.completeWith(action) }, "test").apply { isDaemon = true }.start()
    return told
}

private fun <T> CompletableFuture<T>.completeWith(action: suspend () -> T) {
    try {
        complete(runBlocking { action() })
    } catch (e: Throwable) {
        completeExceptionally(e)
    }
}

/** Runs something that may block on a thread of its own, and fails if it has not ended within the bound. */
fun <T> inTime(what: String, action: suspend () -> T): T = started(action).inTime(what)

fun <T> CompletableFuture<T>.inTime(what: String): T = try {
    get(BOUND.inWholeSeconds, TimeUnit.SECONDS)
} catch (e: TimeoutException) {
    throw AssertionError("not within $BOUND: $what", e)
} catch (e: ExecutionException) {
    throw AssertionError("failed: $what", e.cause)
}

/** For the few things nobody can wait for otherwise. */
fun until(what: String, condition: () -> Boolean) {
    val start = TimeSource.Monotonic.markNow()
    while (!condition()) {
        if (start.elapsedNow() > BOUND) throw AssertionError("not within $BOUND: $what")
        Thread.onSpinWait()
    }
}

/** The timer that all coroutines of the process share is not held up. */
fun sharedTimerShouldGoOn() = inTime("a delay ends") { withContext(Dispatchers.Default) { delay(1.milliseconds) } }

/** Whatever it is told. */
fun <T> OffloadDeferred<T>.outcome(): Result<T> = inTime("a caller is told") { runCatching { await() } }

/** Whatever happened before, a new submission under the key runs. */
fun OffloadScope.shouldBeFree(key: OffloadKey<String>) {
    inTime("a submission is taken") { submit(key) { "anew" } }.outcome().getOrThrow() shouldBe "anew"
}

/** Nothing stays, and the accounts balance. */
fun OffloadManager.shouldComeToRest() {
    inTime("shutdown") { shutdown(Duration.INFINITE) }.isClean shouldBe true
    activeCount shouldBe 0
    val total = snapshot().total()
    total.active() shouldBe 0
    total.accepted() shouldBe total.succeeded() + total.failed() + total.cancelled()
    total.submitted() shouldBe total.accepted() + total.joined() + total.rejected()
}
