package dev.offload.coroutines

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.RejectReason
import dev.offload.Submission
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

class AdmissionSpec :
    FunSpec({
        val x = OffloadKind.named<Any, Int>("x")
        val y = OffloadKind.named<Any, Int>("y")

        fun limited(limit: ConcurrencyLimit, vararg kinds: OffloadKind<*, *> = arrayOf(x)): OffloadConfig =
            OffloadConfig {
                kinds.forEach { kind(it, KindPolicy.unset().withConcurrency(limit)) }
            }

        val one = ConcurrencyLimit.of(1)

        test("T3: no more bodies of a kind run than its limit, first come first served") {
            managerTest(limited(ConcurrencyLimit.of(2))) { manager ->
                val started = mutableListOf<Int>()
                var running = 0
                var most = 0
                repeat(6) { n ->
                    manager.submit(x.key(n)) {
                        started += n
                        most = maxOf(most, ++running)
                        delay(1.seconds)
                        running--
                    }
                }
                manager.joinAll()
                started shouldContainExactly listOf(0, 1, 2, 3, 4, 5)
                most shouldBe 2
                currentTime shouldBe 3_000
            }
        }

        test("T3: a scope's limit covers the scopes under it; other scopes are not touched") {
            managerTest { manager ->
                manager.scope("limited", concurrency = one) {
                    submit(x.key(1)) { delay(1.seconds).let { 1 } }
                    scope("below") {
                        val below = submit(y.key(1)) { 1 }
                        runCurrent()
                        below.jobState() shouldBe JobState.QUEUED
                        manager.submit(y.key(1)) { 2 }.await() shouldBe 2
                        currentTime shouldBe 0
                    }
                    currentTime shouldBe 1_000
                }
            }
        }

        test("T3: a job that lacks a permit of its kind holds up no other kind") {
            val config = limited(one).toBuilder().concurrency(ConcurrencyLimit.of(2)).build()
            managerTest(config) { manager ->
                manager.submit(x.key(1)) { awaitCancellation() }
                val second = manager.submit(x.key(2)) { 2 }
                manager.submit(y.key(1)) { 1 }.await() shouldBe 1
                second.jobState() shouldBe JobState.QUEUED
            }
        }

        test("T3: a queued job is QUEUED, says what it waits for, and can be cancelled") {
            managerTest(limited(one)) { manager ->
                manager.submit(x.key(1)) { awaitCancellation() }
                val queued = manager.submit(x.key(2)) { error("must not run") }
                runCurrent()
                manager.find(x.key(2))!!.waitsFor() shouldBe "a permit of kind x"
                manager.snapshot().toString() shouldContain "QUEUED, waits for a permit of kind x"
                manager.cancel(x.key(2)) shouldBe true
                queued.jobState() shouldBe JobState.CANCELLED
            }
        }

        test("T3: a full queue rejects, and takes again when there is room") {
            val listener = RecordingListener()
            managerTest(limited(one.withMaxQueued(1)), listener) { manager ->
                val go = CompletableDeferred<Int>()
                manager.submit(x.key(1)) { go.await() }
                val queued = manager.submit(x.key(2)) { 2 }
                manager.trySubmit(x.key(3)) { 3 } shouldBe Submission.Rejected(RejectReason.QUEUE_FULL, "kind x")
                shouldThrow<OffloadRejectedException> { manager.share(x.key(3)) { 3 } }.reason() shouldBe
                    RejectReason.QUEUE_FULL
                manager.submit(x.key(2)) { 9 }.joined() shouldBe true
                listener.count("rejected x QUEUE_FULL") shouldBe 2
                manager.snapshot().total().rejected() shouldBe 2
                go.complete(1)
                queued.await()
                manager.submit(x.key(3)) { 3 }.await() shouldBe 3
            }
        }

        test("T3: REPLACE of a queued job needs no second place in a full queue") {
            managerTest(limited(one.withMaxQueued(1))) { manager ->
                val go = CompletableDeferred<Int>()
                manager.submit(x.key(1)) { go.await() }
                manager.submit(x.key(2)) { error("replaced") }
                val newer = manager.submit(x.key(2), ConflictPolicy.REPLACE) { 2 }
                go.complete(1)
                newer.await() shouldBe 2
                manager.trySubmit(x.key(3)) { 3 }.handleOrNull()!!.await() shouldBe 3
            }
        }

        test("T3: a successor takes no permit before its predecessor has ended") {
            managerTest(limited(ConcurrencyLimit.of(2))) { manager ->
                val body = CompletableDeferred<Int>()
                manager.submit(x.key(1)) {
                    kotlinx.coroutines.withContext(kotlinx.coroutines.NonCancellable) { body.await() }
                }
                runCurrent()
                val successor = manager.submit(x.key(1), ConflictPolicy.REPLACE) { 2 }
                manager.find(x.key(1))!!.waitsFor() shouldBe "its predecessor"
                manager.submit(x.key(2)) { 3 }.await() shouldBe 3
                body.complete(1)
                successor.await() shouldBe 2
            }
        }

        test("T3: submitWhenRoom suspends while the queue is full, in order, and counts no rejection") {
            managerTest(limited(one.withMaxQueued(0))) { manager ->
                val started = mutableListOf<Int>()
                repeat(4) { n ->
                    launch { manager.submitWhenRoom(x.key(n)) { delay(1.seconds).let { n.also { started += it } } } }
                }
                delay(10.seconds)
                started shouldContainExactly listOf(0, 1, 2, 3)
                manager.snapshot().total().rejected() shouldBe 0
                manager.snapshot().total().accepted() shouldBe 4
            }
        }

        test("T3: who gives up waiting for room passes the turn on, and has submitted nothing") {
            managerTest(limited(one.withMaxQueued(0))) { manager ->
                val go = CompletableDeferred<Int>()
                manager.submit(x.key(1)) { go.await() }
                withTimeoutOrNull(1.seconds) { manager.submitWhenRoom(x.key(2)) { 2 } }.shouldBeNull()
                val next = async { manager.submitWhenRoom(x.key(3)) { 3 }.await() }
                runCurrent()
                go.complete(1)
                next.await() shouldBe 3
                manager.isInFlight(x.key(2)) shouldBe false
            }
        }

        test("T3: a body that holds the permit does not wait for room") {
            managerTest(limited(one.withMaxQueued(0))) { manager ->
                manager
                    .submit(x.key(1)) {
                        shouldThrow<OffloadRejectedException> { manager.submitWhenRoom(x.key(2)) { 2 } }
                        1
                    }.await() shouldBe 1
            }
        }

        test("T3: a body may call another key under a limit of 1: it lends its permit") {
            managerTest(limited(one)) { manager ->
                manager
                    .call(x.key(1)) { 1 + manager.call(x.key(2)) { 1 + manager.call(x.key(3)) { 1 } } } shouldBe 3
            }
        }

        test("T3: what is lent goes to the job waited for, ahead of older ones, and comes back") {
            managerTest(limited(one)) { manager ->
                val order = mutableListOf<String>()
                val outer =
                    manager.submit(x.key("outer")) {
                        delay(1.seconds)
                        manager.submit(x.key("inner")) { 1.also { order += "inner" } }.await()
                        delay(1.seconds)
                        2.also { order += "outer" }
                    }
                runCurrent()
                manager.submit(x.key("older")) { 3.also { order += "older" } }
                outer.await()
                manager.joinAll()
                order shouldContainExactly listOf("inner", "outer", "older")
            }
        }

        test("T3: a permit is lent along the waits of other jobs") {
            managerTest(limited(one)) { manager ->
                manager
                    .call(x.key(1)) {
                        manager.call(y.key("between")) { 1 + manager.call(x.key(2)) { 1 } }
                    } shouldBe 2
            }
        }

        test("T3: two concurrent waits of one body share its permit, one after the other") {
            managerTest(limited(one)) { manager ->
                var running = 0
                manager
                    .call(x.key("outer")) {
                        coroutineScope {
                            List(3) { n ->
                                async {
                                    manager.call(x.key(n)) {
                                        ++running shouldBe 1
                                        delay(1.seconds)
                                        running--
                                        1
                                    }
                                }
                            }.sumOf { it.await() }
                        }
                    } shouldBe 3
            }
        }

        test("T3: if the wait ends first, both run on, and only then is the limit exceeded") {
            managerTest(limited(one)) { manager ->
                val inner = CompletableDeferred<Int>()
                val outer =
                    manager.submit(x.key("outer")) {
                        withTimeoutOrNull(1.seconds) { manager.share(x.key("inner")) { inner.await() }.await() }
                        manager.find(x.key("inner"))!!.state() shouldBe JobState.RUNNING
                        1
                    }
                outer.await() shouldBe 1
                val next = manager.submit(x.key("next")) { 2 }
                runCurrent()
                next.jobState() shouldBe JobState.QUEUED
                inner.complete(0)
                next.await() shouldBe 2
            }
        }

        test("T3: two bodies that hold what the other's callee needs do not hold each other up") {
            managerTest(limited(one, x, y)) { manager ->
                val first = manager.submit(x.key(1)) { delay(1.seconds).let { manager.call(y.key("a")) { 1 } } }
                val second = manager.submit(y.key(1)) { delay(1.seconds).let { manager.call(x.key("b")) { 2 } } }
                first.await() shouldBe 1
                second.await() shouldBe 2
            }
        }

        test("T3: a wait that others can end is not taken for one that holds up for ever") {
            managerTest(limited(one, x, y)) { manager ->
                val go = CompletableDeferred<Int>()
                manager.submit(y.key("runs")) { go.await() }
                val caller = manager.submit(x.key("caller")) { manager.call(y.key("queued")) { 1 } }
                delay(1.seconds)
                manager.find(y.key("queued"))!!.state() shouldBe JobState.QUEUED
                go.complete(0)
                caller.await() shouldBe 1
            }
        }

        test("T3: the end of a scope inside a body lends to the scope's jobs") {
            managerTest(limited(one)) { manager ->
                manager
                    .call(x.key("outer")) {
                        manager.scope("inner") { repeat(3) { submit(x.key(it)) { delay(1.seconds).let { 1 } } } }
                        1
                    } shouldBe 1
                currentTime shouldBe 3_000
            }
        }

        test("T3: permits come back from jobs that fail, are cancelled, time out or never start") {
            managerTest(limited(one)) { manager ->
                runCatching { manager.submit(x.key(1)) { error("") }.await() }
                manager.submit(x.key(2)) { awaitCancellation() }.also { runCurrent() }.cancel()
                manager.submit(x.key(3), timeout = TimeoutPolicy(cancelAfter = 1.seconds)) { awaitCancellation() }
                manager.submit(x.key(4)) { 1 }.cancel()
                manager.submit(x.key(5)) { 5 }.await() shouldBe 5
            }
        }
    })
