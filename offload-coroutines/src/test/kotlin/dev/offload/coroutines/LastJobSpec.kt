package dev.offload.coroutines

import dev.offload.ConcurrencyLimit
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.util.concurrent.Executor
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * The last job of a scope ends in the middle of the end of another one that failed. Two threads do that by chance; here
 * everything is on one: the dispatcher runs what it is given at once, and the permit of the job that fails starts the last.
 */
class LastJobSpec :
    FunSpec({
        val atOnce = Executor { it.run() }.asCoroutineDispatcher()

        /** How the scope ended, in which a job fails with [failure] while the last one begins and ends, as [last] says. */
        fun failAndEnd(
            manager: OffloadManager,
            failure: Throwable,
            failFast: Boolean,
            last: () -> String = { "last" },
        ): Result<String> {
            val go = CompletableDeferred<Unit>()
            val caller = CoroutineScope(atOnce).async {
                runCatching {
                    manager.scope("request", failFast, ConcurrencyLimit.of(1)) {
                        submit(LOAD.key(1)) { go.await().let { throw failure } }
                        submit(LOAD.key(2)) { last() }
                        "of the block"
                    }
                }
            }
            go.complete(Unit)
            return runBlocking { withTimeout(20.seconds) { caller.await() } }
        }

        test(
            "E4: a failure is what a failFast scope throws, also if the last job ends before the scope can be closed",
        ) {
            val failure = IllegalStateException("on purpose")
            val manager = OffloadManager(context = atOnce)
            failAndEnd(manager, failure, failFast = true).exceptionOrNull() shouldBeSameInstanceAs failure
            manager.shutdown(Duration.ZERO).isClean shouldBe true
        }

        test("E4: of two failures the first is what a failFast scope throws, also if it could not cancel the second") {
            val failure = IllegalStateException("first")
            val manager = OffloadManager(context = atOnce)
            failAndEnd(manager, failure, failFast = true) { error("second") }.exceptionOrNull() shouldBeSameInstanceAs
                failure
            manager.shutdown(Duration.ZERO).isClean shouldBe true
        }

        test("E3: a failure nobody awaited is reported at the scope's end, also if that comes with the next job's") {
            val failure = IllegalStateException("on purpose")
            val listener = RecordingListener()
            val manager = OffloadManager(context = atOnce, listener = listener)
            failAndEnd(manager, failure, failFast = false).getOrThrow() shouldBe "of the block"
            manager.shutdown(1.seconds).isClean shouldBe true // which waits for the listener
            listener.events.filter { it.startsWith("unobserved") }
                .shouldContainExactly("unobserved Keyed(user.load) FAILED")
        }
    })
