@file:OptIn(ExperimentalCoroutinesApi::class)

package dev.offload.coroutines.hostile

import dev.offload.ConcurrencyLimit
import dev.offload.KindPolicy
import dev.offload.coroutines.COUNT
import dev.offload.coroutines.LOAD
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.cancel
import dev.offload.coroutines.forgetUncaught
import dev.offload.coroutines.isInFlight
import dev.offload.coroutines.snapshot
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.runTest
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executor
import kotlin.time.Duration.Companion.seconds

/** Bodies that run in place, in each other. */
class HostileNestingSpec :
    StringSpec({
        afterSpec { forgetUncaught() }

        val inPlace = Executor { it.run() }.asCoroutineDispatcher()

        /** The end of everything, whatever the callers were told. */
        fun OffloadManager.shouldHaveEnded(handles: Collection<OffloadDeferred<Int>>) {
            inTime("all callers are told") { handles.forEach { runCatching { it.await() } } }
            until("all have ended") { activeCount == 0 }
            handles.forEach { isInFlight(it.key()) shouldBe false }
            shouldBeFree(LOAD.key(1))
            shouldComeToRest()
        }

        for (depth in listOf(500, 100_000)) {
            "R10: $depth submissions nested in bodies on Dispatchers.Unconfined all succeed" {
                val manager = OffloadManager(context = Dispatchers.Unconfined)
                val handles = ConcurrentLinkedQueue<OffloadDeferred<Int>>()
                fun nest(left: Int): OffloadDeferred<Int> = manager.submit(COUNT.key(left)) {
                    if (left > 0) nest(left - 1)
                    left
                }.also { handles += it }
                inTime("submit returns") { nest(depth) }
                until("all are submitted") { handles.size == depth + 1 }
                inTime("all callers are told") { handles.forEach { it.await() } }
                manager.shouldHaveEnded(handles)
                manager.snapshot().total().succeeded() shouldBe depth + 2
            }

            "R10: $depth submissions on Dispatchers.Unconfined, each awaited in the body before it, all succeed" {
                val manager = OffloadManager(context = Dispatchers.Unconfined)
                val handles = ConcurrentLinkedQueue<OffloadDeferred<Int>>()
                fun nest(left: Int): OffloadDeferred<Int> = manager.submit(COUNT.key(left)) {
                    if (left > 0) nest(left - 1).await() + 1 else 0
                }.also { handles += it }
                inTime("submit returns") { nest(depth) }.outcome().getOrThrow() shouldBe depth
                manager.shouldHaveEnded(handles)
            }
        }

        "R10: 20,000 submissions nested in place in virtual time, each awaited in the body before it, all succeed" {
            runTest(timeout = 60.seconds) {
                val manager = OffloadManager(context = UnconfinedTestDispatcher(testScheduler))
                fun nest(left: Int): OffloadDeferred<Int> = manager.submit(COUNT.key(left)) {
                    if (left > 0) nest(left - 1).await() + 1 else 0
                }
                nest(20_000).await() shouldBe 20_000
                manager.shutdown(1.seconds).isClean shouldBe true
                manager.snapshot().total().succeeded() shouldBe 20_001
            }
        }

        "R3: a recursion without end, in place and awaited, leaves no job, no key and no caller" {
            val manager = OffloadManager(context = inPlace)
            val handles = ConcurrentLinkedQueue<OffloadDeferred<Int>>()
            fun nest(depth: Int): OffloadDeferred<Int> = manager.submit(COUNT.key(depth)) {
                if (depth < 100_000) nest(depth + 1).await() + 1 else 0
            }.also { handles += it }
            started { runCatching { nest(0) } }.inTime("submit returns")
            manager.shouldHaveEnded(handles)
        }

        "R3: a recursion without end, in place and not awaited, leaves no job, no key and no caller" {
            val manager = OffloadManager(context = inPlace)
            val handles = ConcurrentLinkedQueue<OffloadDeferred<Int>>()
            fun nest(depth: Int): OffloadDeferred<Int> = manager.submit(COUNT.key(depth)) {
                if (depth < 100_000) nest(depth + 1)
                depth
            }.also { handles += it }
            started { runCatching { nest(0) } }.inTime("submit returns")
            manager.shouldHaveEnded(handles)
        }

        "R3: a body that overflows the stack again and again keeps nothing" {
            val manager = OffloadManager()
            fun deep(n: Int): Int = deep(n + 1) + 1
            repeat(20) {
                manager.submit(COUNT.key(1)) { deep(0) }.outcome().exceptionOrNull()!!::class shouldBe
                    StackOverflowError::class
            }
            manager.shouldBeFree(LOAD.key(1))
            manager.shouldComeToRest()
        }

        "R10: 100,000 jobs under a limit of one end where each body starts the next in place" {
            val one = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1))
            for (dispatcher in listOf(Dispatchers.Unconfined, inPlace)) {
                val manager = OffloadManager(OffloadConfig { kind(COUNT, one) }, dispatcher)
                val go = CompletableDeferred<Int>()
                val handles = listOf(manager.submit(COUNT.key(0)) { go.await() }) +
                    List(100_000) { manager.submit(COUNT.key(it + 1)) { it + 1 } }
                started { go.complete(0) }
                inTime("all callers are told") { handles.map { it.await() } } shouldBe List(100_001) { it }
                manager.shouldHaveEnded(handles)
            }
        }

        for ((name, dispatcher) in listOf(
            "Dispatchers.Unconfined" to Dispatchers.Unconfined,
            "a direct executor" to inPlace,
        )) {
            "R9: on $name a body that blocks delays no caller of the job whose permit it got" {
                withBlock { block ->
                    val one = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1))
                    val manager = OffloadManager(OffloadConfig { kind(LOAD, one) }, dispatcher)
                    val scope = manager.openScope("request")
                    val go = CompletableDeferred<String>()
                    val first = scope.submit(LOAD.key(1)) { go.await() }
                    val asked = started { first.await() }
                    val end = started { first.join() }
                    val next = manager.submit(LOAD.key(2)) {
                        block.hold()
                        "next"
                    }
                    started { go.complete("value") }
                    block.awaitArrival()
                    asked.inTime("who awaits is told") shouldBe "value"
                    end.inTime("who waits for the end is told")
                    scope.cancel()
                    block.release()
                    next.outcome().getOrThrow() shouldBe "next"
                    manager.shouldComeToRest()
                }
            }
        }
    })
