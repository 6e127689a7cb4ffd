package dev.offload.coroutines.hostile

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.KindPolicy
import dev.offload.OffloadCancelledException
import dev.offload.WakeOutcome
import dev.offload.coroutines.LOAD
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.cancel
import dev.offload.coroutines.complete
import dev.offload.coroutines.forgetUncaught
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import java.util.concurrent.Executors

/** Callers whose dispatcher throws or blocks when they are to be resumed. */
class HostileCallerSpec :
    StringSpec({
        afterSpec { forgetUncaught() }

        val one = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1))

        /** Begins at once, and is dispatched for the first time when it is told. */
        fun caller(dispatcher: CoroutineDispatcher, question: suspend () -> Unit) {
            CoroutineScope(SupervisorJob() + dispatcher + CoroutineExceptionHandler { _, _ -> })
                .launch(start = CoroutineStart.UNDISPATCHED) { question() }
        }

        fun asks(handle: OffloadDeferred<String>, dispatcher: CoroutineDispatcher = Dispatchers.Default) =
            CoroutineScope(SupervisorJob() + dispatcher)
                .async(start = CoroutineStart.UNDISPATCHED) { handle.await() }

        for (thrown in Thrown.entries) {
            "R9: a caller whose dispatcher throws $thrown when it is told takes the answer from nobody" {
                val manager = OffloadManager(OffloadConfig { kind(LOAD, one) })
                val scope = manager.openScope("request")
                val go = CompletableDeferred<String>()
                val handles = List(3) { scope.submit(LOAD.key(1)) { go.await() } }
                val refusing = HostileDispatcher { thrown.raise() }
                val told =
                    handles.map { handle ->
                        caller(refusing) { handle.await() }
                        asks(handle).also { caller(refusing) { handle.join() } }
                    }
                val queued = scope.submit(LOAD.key(2)) { "next" }
                caller(refusing) { scope.joinAll() }
                go.complete("value")
                told.forEach { inTime("the others are told") { it.await() } shouldBe "value" }
                queued.outcome().getOrThrow() shouldBe "next"
                scope.complete()
                inTime("the scope ends") { scope.coroutineContext.job.join() }
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }

            "R9: a caller whose dispatcher throws $thrown when the job is cancelled takes the answer from nobody" {
                val manager = OffloadManager()
                val begun = CompletableDeferred<Unit>()
                val handles = List(3) {
                    manager.submit(LOAD.key(1)) { begun.complete(Unit).let { awaitCancellation() } }
                }
                val refusing = HostileDispatcher { thrown.raise() }
                val told =
                    handles.map { handle ->
                        caller(refusing) { handle.await() }
                        asks(handle)
                    }
                inTime("the body begins") { begun.await() }
                inTime("cancel answers") { manager.cancel(LOAD.key(1)) } shouldBe true
                told.forEach {
                    inTime("the others are told") {
                        shouldThrow<OffloadCancelledException> { it.await() }
                    }.reason() shouldBe CancelReason.CANCELLED
                }
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }

            "R9: a call whose dispatcher throws $thrown leaves its key free" {
                val manager = OffloadManager()
                val go = CompletableDeferred<String>()
                val refusing = HostileDispatcher { thrown.raise() }
                caller(refusing) { manager.call(LOAD.key(1)) { go.await() } }
                val other = asks(manager.share(LOAD.key(1)) { go.await() })
                go.complete("value")
                inTime("the other is told") { other.await() } shouldBe "value"
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }

            "R9: a scope whose caller's dispatcher throws $thrown ends, and the caller is told" {
                val manager = OffloadManager()
                val go = CompletableDeferred<String>()
                val told = CompletableDeferred<String>()
                caller(HostileDispatcher { thrown.raise() }) {
                    told.complete(manager.scope("request") { submit(LOAD.key(1)) { go.await() }.let { "value" } })
                }
                go.complete("value")
                inTime("the caller is told") { told.await() } shouldBe "value"
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }

            "R9: scopes in scopes go on where the dispatcher of their caller throws $thrown" {
                val manager = OffloadManager()
                val told = CompletableDeferred<String>()
                caller(HostileDispatcher { thrown.raise() }) { told.complete(manager.nested(40)) }
                inTime("the caller is told") { told.await() } shouldBe "value"
                manager.shouldComeToRest()
            }

            "W3: a waiter whose dispatcher throws $thrown does not fail who wakes it" {
                val map = WaitMap<Int, String>()
                val refusing = HostileDispatcher { thrown.raise() }
                caller(refusing) { map.await(1) }
                val waiting = CoroutineScope(SupervisorJob())
                    .async(start = CoroutineStart.UNDISPATCHED) { map.await(2) }
                inTime("wake answers") { map.wake(1, "lost") }.shouldBeInstanceOf<WakeOutcome.Woke<String>>()
                map.wake(2, "value").shouldBeInstanceOf<WakeOutcome.Woke<String>>()
                inTime("the other is woken") { waiting.await() } shouldBe "value"
                caller(refusing) { map.await(3) }
                inTime("close returns") { map.close() }
                map.size shouldBe 0
            }
        }

        for (position in 0..2) {
            "R9: a caller whose dispatcher blocks delays no other caller, no next job and no end ($position)" {
                withBlock { block ->
                    val manager = OffloadManager(OffloadConfig { kind(LOAD, one) })
                    val scope = manager.openScope("request")
                    val go = CompletableDeferred<String>()
                    val blocking = HostileDispatcher { block.hold() }
                    val told = List(3) {
                        val handle = scope.submit(LOAD.key(1)) { go.await() }
                        if (it == position) caller(blocking) { handle.await() }
                        asks(handle)
                    }
                    val queued = scope.submit(LOAD.key(2)) { "next" }
                    started { go.complete("value") }
                    block.awaitArrival()
                    told.forEach { inTime("the others are told") { it.await() } shouldBe "value" }
                    queued.outcome().getOrThrow() shouldBe "next"
                    scope.complete()
                    inTime("the scope ends") { scope.coroutineContext.job.join() }
                    manager.shouldBeFree(LOAD.key(1))
                    manager.shouldComeToRest()
                    block.isReleased shouldBe false
                }
            }
        }

        "R9: a pool whose ThreadFactory blocks holds up no other caller of the job, and no next one" {
            withBlock { block ->
                val manager = OffloadManager()
                val go = CompletableDeferred<String>()
                val handle = manager.submit(LOAD.key(1)) { go.await() }
                val pool = Executors.newFixedThreadPool(1) { task ->
                    block.hold()
                    Thread(task).apply { isDaemon = true }
                }
                val stuck = asks(handle, pool.asCoroutineDispatcher())
                val other = asks(handle)
                started { go.complete("value") }
                inTime("the other is told") { other.await() } shouldBe "value"
                manager.shouldBeFree(LOAD.key(1))
                block.release()
                inTime("and so is the one") { stuck.await() } shouldBe "value"
                pool.shutdown()
                manager.shouldComeToRest()
            }
        }

        "R9: callers whose dispatcher blocks hold up no cancel" {
            withBlock { block ->
                val manager = OffloadManager()
                val begun = CompletableDeferred<Unit>()
                val handle = manager.submit(LOAD.key(1)) { begun.complete(Unit).let { awaitCancellation() } }
                caller(HostileDispatcher { block.hold() }) { handle.await() }
                val other = asks(manager.submit(LOAD.key(1)) { "never" })
                inTime("the body begins") { begun.await() }
                inTime("cancel answers") { manager.cancel(LOAD.key(1)) } shouldBe true
                inTime("the other is told") { shouldThrow<OffloadCancelledException> { other.await() } }
                block.awaitArrival()
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }
        }

        "R9: who waits for the end of a scope and blocks delays nobody else who waits for it" {
            withBlock { block ->
                val manager = OffloadManager()
                val scope = manager.openScope("request")
                val go = CompletableDeferred<String>()
                scope.submit(LOAD.key(1)) { go.await() }
                caller(HostileDispatcher { block.hold() }) { scope.joinAll() }
                val others = List(2) { started { scope.joinAll() } } + started { scope.coroutineContext.job.join() }
                scope.complete()
                started { go.complete("value") }
                block.awaitArrival()
                others.forEach { it.inTime("the others are told") }
                manager.shouldComeToRest()
            }
        }

        "R9: a waiter whose dispatcher blocks holds up nobody who wakes, and no close" {
            withBlock { block ->
                val map = WaitMap<Int, String>()
                caller(HostileDispatcher { block.hold() }) { map.await(1) }
                caller(HostileDispatcher { block.hold() }) { map.await(2) }
                val other = CoroutineScope(SupervisorJob())
                    .async(start = CoroutineStart.UNDISPATCHED) { runCatching { map.await(3) } }
                inTime("wake answers") { map.wake(1, "value") }
                inTime("close returns") { map.close() }
                inTime("the other is told") { other.await() }.isFailure shouldBe true
                map.size shouldBe 0
            }
        }
    })

private suspend fun OffloadScope.nested(depth: Int): String = scope("scope") {
    if (depth == 0) "value" else nested(depth - 1)
}
