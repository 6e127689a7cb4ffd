package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.OffloadCancelledException
import dev.offload.OffloadCycleException
import dev.offload.ScopeClosedException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Jobs for the elements of a flow. */
class OffloadFlowSpec :
    FunSpec({
        fun Flow<Int>.loaded(scope: OffloadScope, most: Int, ordered: Boolean, body: suspend (Int) -> String) =
            mapOffloaded(scope, most, ordered, key = { LOAD.key(it) }) { body(it) }

        test("values come in the order of the elements, or as they are there") {
            managerTest { manager ->
                val times = listOf(3, 1, 2)
                suspend fun body(time: Int) = delay(time.seconds).let { "$time" }
                times.asFlow().loaded(manager, 3, true, ::body).toList() shouldBe listOf("3", "1", "2")
                currentTime shouldBe 3_000
                times.asFlow().loaded(manager, 3, false, ::body).toList() shouldBe listOf("1", "2", "3")
                currentTime shouldBe 6_000
            }
        }

        for (ordered in listOf(true, false)) {
            val how = if (ordered) "in order" else "without order"

            test("R10: never are more jobs submitted than asked, however slow the collector is ($how)") {
                managerTest { manager ->
                    var taken = 0
                    var submitted = 0
                    var most = 0
                    val all = (1..1_000).asFlow().loaded(manager, 7, ordered) {
                        submitted++
                        most = maxOf(most, submitted - taken)
                        "$it"
                    }.onEach {
                        taken++
                        delay(10.milliseconds)
                    }.toList()
                    all shouldBe (1..1_000).map { "$it" }
                    (most in 6..7) shouldBe true // in order one value is with the collector until it has done with it
                }
            }

            test(
                "L1: the collector goes, and what was submitted for it is cancelled, but for what others hold ($how)",
            ) {
                managerTest { manager ->
                    val other = manager.submit(LOAD.key(2)) { delay(1.seconds).let { "held" } }
                    val collector = launch {
                        (1..100).asFlow().loaded(manager, 3, ordered) { awaitCancellation() }.collect()
                    }
                    runCurrent()
                    manager.activeCount shouldBe 3
                    collector.cancelAndJoin()
                    runCurrent()
                    manager.activeCount shouldBe 1
                    other.await() shouldBe "held"
                    manager.snapshot().total().run { listOf(accepted(), joined(), cancelled()) } shouldBe
                        listOf(3L, 1L, 2L)
                }
            }

            test("a collector that has enough ends the jobs, and the flow before them ($how)") {
                managerTest { manager ->
                    var last = 0
                    val few = flow {
                        for (n in 1..1_000_000) {
                            last = n
                            emit(n)
                        }
                    }.loaded(manager, 4, ordered) { if (it > 2) awaitCancellation() else "$it" }.take(2).toList()
                    few shouldBe listOf("1", "2")
                    runCurrent()
                    manager.activeCount shouldBe 0
                    (last <= 7) shouldBe true
                }
            }

            test("the first job that fails ends the flow with its exception, and the other jobs ($how)") {
                managerTest { manager ->
                    shouldThrow<IOException> {
                        (1..100).asFlow().loaded(manager, 3, ordered) {
                            if (it == 1) throw IOException("on purpose") else awaitCancellation()
                        }.collect()
                    }.message shouldBe "on purpose"
                    runCurrent()
                    manager.activeCount shouldBe 0
                }
            }

            test("a flow that fails ends what was submitted for it, and so does a key that cannot be made ($how)") {
                managerTest { manager ->
                    val failure = IOException("on purpose")
                    val failing = flow {
                        emit(1)
                        delay(1.seconds)
                        throw failure
                    }
                    shouldThrow<IOException> { failing.loaded(manager, 3, ordered) { awaitCancellation() }.collect() }
                        .message shouldBe "on purpose"
                    shouldThrow<IllegalStateException> {
                        flowOf(1, 2).mapOffloaded(manager, 3, ordered, key = { check(it == 1).let { LOAD.key(1) } }) {
                            awaitCancellation()
                        }.collect()
                    }
                    runCurrent()
                    manager.activeCount shouldBe 0
                }
            }

            test("T3: where the queue is full a job waits for room, and none is refused ($how)") {
                managerTest { manager ->
                    val narrow = manager.openScope("narrow", concurrency = ConcurrencyLimit(2, 1))
                    (1..100).asFlow().loaded(narrow, 10, ordered) { delay(1.seconds).let { "" } }.count() shouldBe 100
                    currentTime shouldBe 50_000
                    manager.snapshot().total().rejected() shouldBe 0
                    narrow.complete()
                }
            }

            test("R1: elements under one key share a run ($how)") {
                managerTest { manager ->
                    var runs = 0
                    val values = List(10) {
                        1
                    }.asFlow().loaded(manager, 10, ordered) { delay(1.seconds).let { "${++runs}" } }
                    values.toList() shouldBe List(10) { "1" }
                    values.first() shouldBe "2" // cold: each collector has runs of its own
                }
            }

            test("R8: a scope that takes no work ends the flow by saying so ($how)") {
                managerTest { manager ->
                    val closed = manager.openScope("closed").also { it.cancel() }
                    shouldThrow<ScopeClosedException> { flowOf(1).loaded(closed, 1, ordered) { "" }.collect() }
                }
            }

            test("E5: of a body that collects values, and a job of the flow that waits for it, one is told ($how)") {
                managerTest { manager ->
                    val outer = manager.submit(LOAD.key("outer")) {
                        flowOf(1).loaded(manager, 1, ordered) {
                            manager.call(LOAD.key("outer")) { "unused" }
                        }.first()
                    }
                    shouldThrow<OffloadCycleException> { outer.await() }
                }
            }
        }

        test("R10: one hundred thousand elements") {
            managerTest { manager ->
                (1..100_000).asFlow().loaded(manager, 64, true) { "" }.count() shouldBe 100_000
                (1..100_000).asFlow().loaded(manager, 64, false) { "" }.count() shouldBe 100_000
            }
        }

        test("a job that somebody cancels by its key ends the flow with what its callers are told") {
            managerTest { manager ->
                launch { delay(1.seconds).also { manager.cancel(LOAD.key(1)) } }
                shouldThrow<OffloadCancelledException> {
                    flowOf(1).loaded(manager, 1, true) { awaitCancellation() }.collect()
                }.reason() shouldBe CancelReason.CANCELLED
                runCurrent()
                manager.activeCount shouldBe 0
            }
        }

        test("a concurrency below one is refused at once") {
            managerTest { manager ->
                for (bad in listOf(0, -1)) {
                    shouldThrow<IllegalArgumentException> { flowOf(1).loaded(manager, bad, true) { "" } }
                        .message shouldBe "concurrency must be at least 1, but is $bad"
                }
            }
        }
    })
