package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.OffloadCancelledException
import dev.offload.OffloadFailedException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import io.kotest.matchers.types.shouldNotBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlin.time.Duration.Companion.seconds

/** Whether a caller gets a copy that shows where he was is what the coroutine library does here with its own `await`. */
class StackTraceSpec :
    FunSpec({
        class Numbered(val number: Int) : RuntimeException("with a field")

        class Torn : RuntimeException("without a cause") {
            override val cause: Throwable get() = error("no cause")
        }

        suspend fun recovers(): Boolean {
            val failure = IllegalStateException("of the library")
            val deferred = CompletableDeferred<Int>().apply { completeExceptionally(failure) }
            return runCatching { deferred.await() }.exceptionOrNull() !== failure
        }

        fun Throwable.shows(method: String) = stackTrace.any { it.methodName.contains(method) }

        suspend fun Throwable.shouldBeOf(failure: Throwable, method: String) {
            if (recovers()) {
                this shouldNotBeSameInstanceAs failure
                javaClass shouldBe failure.javaClass
                message shouldBe failure.message
                cause shouldBeSameInstanceAs failure
                shows(method) shouldBe true
            } else {
                this shouldBeSameInstanceAs failure
            }
        }

        val failure = IllegalStateException("of the body")
        val calls = mapOf<String, suspend (OffloadManager) -> Any?>(
            "call" to { callerOfCall(it) { throw failure } },
            "await while the body runs" to { manager ->
                callerOfAwait(manager.submit(LOAD.key(1)) { delay(1.seconds).let { throw failure } })
            },
            "await after the end" to { manager ->
                callerOfAwait(manager.submit(LOAD.key(1)) { throw failure }.also { it.join() })
            },
            "awaitAll while the body runs" to { manager ->
                callerOfAwaitAll(manager.submit(LOAD.key(1)) { delay(1.seconds).let { throw failure } })
            },
            "awaitAll after the end" to { manager ->
                callerOfAwaitAll(manager.submit(LOAD.key(1)) { throw failure }.also { it.join() })
            },
        )
        for ((name, call) in calls) {
            test("E1, E3: what $name throws shows the caller where traces are recovered, and nothing is added to it") {
                managerTest { manager ->
                    val trace = failure.stackTrace
                    runCatching { call(manager) }.exceptionOrNull()!!.shouldBeOf(failure, "callerOf")
                    failure.stackTrace shouldBe trace
                    failure.cause.shouldBeNull()
                    failure.suppressed.toList().shouldBeEmpty()
                }
            }
        }

        test("E1: an exception that a body got from another job's await has that job's as its original") {
            managerTest { manager ->
                val inner = manager.submit(COUNT.key(1)) { delay(1.seconds).let { throw failure } }
                val thrown = runCatching { callerOfCall(manager) { inner.await().toString() } }.exceptionOrNull()!!
                generateSequence<Throwable>(thrown) { it.cause }.last() shouldBeSameInstanceAs failure
                if (recovers()) thrown.shows("callerOf") shouldBe true
            }
        }

        test("E1: what cannot be copied, or throws when it is, reaches the caller as it is") {
            managerTest { manager ->
                for (odd in listOf(Numbered(1), Torn())) {
                    runCatching { callerOfCall(manager) { throw odd } }.exceptionOrNull() shouldBeSameInstanceAs odd
                }
            }
        }

        test("E1: what the library has to say itself keeps its cause, and is no copy") {
            managerTest { manager ->
                val failed = manager.submit(LOAD.key(1)) { withTimeout(1.seconds) { awaitCancellation() } }
                val thrown = shouldThrow<OffloadFailedException> { failed.await() }
                shouldThrow<OffloadFailedException> { failed.await() } shouldBeSameInstanceAs thrown
                (thrown.cause is kotlinx.coroutines.TimeoutCancellationException) shouldBe true
                val job = manager.submit(LOAD.key(2)) { awaitCancellation() }
                runCurrent()
                job.cancel()
                shouldThrow<OffloadCancelledException> { job.await() }.reason shouldBe CancelReason.CANCELLED
            }
        }
    })

private suspend fun callerOfCall(manager: OffloadManager, body: suspend () -> String): String {
    val value = manager.call(LOAD.key("shown")) {
        yield()
        body()
    }
    yield()
    return value
}

private suspend fun <T> callerOfAwait(handle: OffloadDeferred<T>): T {
    val value = handle.await()
    yield()
    return value
}

private suspend fun <T> callerOfAwaitAll(handle: OffloadDeferred<T>): List<T> {
    val value = awaitAll(handle)
    yield()
    return value
}
