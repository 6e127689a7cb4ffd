package dev.offload.coroutines

import dev.offload.AbandonPolicy
import dev.offload.CancelReason
import dev.offload.JobSnapshot
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.OffloadTimeoutException
import dev.offload.ScopeClosedException
import dev.offload.spi.OffloadListener
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withContext
import kotlin.time.Duration.Companion.seconds

class ScopeSpec :
    FunSpec({
        test("R8: a scope returns its block's value after its jobs and plain coroutines have ended") {
            managerTest { manager ->
                val ended = mutableListOf<String>()
                val value =
                    manager.scope("request") {
                        submit(LOAD.key(1)) { delay(2.seconds).let { ended += "job" }.let { "" } }
                        launch { delay(1.seconds).also { ended += "plain" } }
                        42
                    }
                value shouldBe 42
                ended shouldContainExactly listOf("plain", "job")
                currentTime shouldBe 2_000
                manager.snapshot().children().shouldBeEmpty()
            }
        }

        test("R8: a scope at its end takes work while one of its jobs is active, and none afterwards") {
            managerTest { manager ->
                lateinit var kept: OffloadScope
                val ended = mutableListOf<Int>()
                manager.scope("request") {
                    kept = this
                    submit(COUNT.key(1)) {
                        delay(1.seconds)
                        kept.submit(COUNT.key(2)) { delay(1.seconds).let { 2 }.also { ended += it } }
                        1.also { ended += it }
                    }
                }
                ended shouldContainExactly listOf(1, 2)
                shouldThrow<ScopeClosedException> { kept.submit(COUNT.key(3)) { 3 } }.message shouldContain "request"
                shouldThrow<ScopeClosedException> { kept.share(COUNT.key(3)) { 3 } }
                shouldThrow<ScopeClosedException> { kept.spawn("late") {} }
                shouldThrow<ScopeClosedException> { kept.scope("late") {} }
            }
        }

        test("R8: a block that throws cancels the scope's jobs, waits for their bodies, and is what is thrown") {
            managerTest { manager ->
                val failure = IllegalStateException("block")
                var died = false
                lateinit var job: OffloadDeferred<String>
                val thrown =
                    shouldThrow<IllegalStateException> {
                        manager.scope("request") {
                            job = submit(LOAD.key(1)) {
                                try {
                                    awaitCancellation()
                                } finally {
                                    withContext(NonCancellable) { delay(3.seconds) }
                                    died = true
                                }
                            }
                            delay(1.seconds)
                            throw failure
                        }
                    }
                thrown shouldBeSameInstanceAs failure
                died shouldBe true
                currentTime shouldBe 4_000
                shouldThrow<OffloadCancelledException> { job.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
            }
        }

        test("E1: a scope whose caller is cancelled cancels its jobs and throws the caller's cancellation") {
            managerTest { manager ->
                lateinit var job: OffloadDeferred<String>
                var thrown: Throwable? = null
                val caller =
                    launch {
                        try {
                            manager.scope("request") {
                                job = submit(LOAD.key(1)) { awaitCancellation() }
                                job.await()
                            }
                        } catch (e: CancellationException) {
                            thrown = e
                            throw e
                        }
                    }
                runCurrent()
                caller.cancel()
                caller.join()
                thrown.shouldNotBeNull()
                job.jobState() shouldBe JobState.CANCELLED
            }
        }

        test("E1: a scope that its manager ends throws ScopeClosedException, not a cancellation") {
            managerTest { manager ->
                var caught: Throwable? = null
                val caller = launch {
                    caught =
                        runCatching { manager.scope("request") { awaitCancellation() } }.exceptionOrNull()
                }
                runCurrent()
                manager.cancel()
                caller.join()
                caller.isCancelled shouldBe false
                (caught as ScopeClosedException).message shouldContain "request"
            }
        }

        test("E1: so does one in which a job's await was ended by it, and one that waits at its end") {
            managerTest { manager ->
                val results = mutableListOf<Throwable?>()
                launch {
                    results +=
                        runCatching {
                            manager.scope("awaiting") { submit(LOAD.key(1)) { awaitCancellation() }.await() }
                        }.exceptionOrNull()
                }
                launch {
                    results +=
                        runCatching {
                            manager.scope("ending") { submit(LOAD.key(1)) { awaitCancellation() } }
                        }.exceptionOrNull()
                }
                runCurrent()
                manager.cancel()
                runCurrent()
                results.map { it!!::class } shouldContainExactly
                    listOf(ScopeClosedException::class, ScopeClosedException::class)
            }
        }

        test("E4: one job's failure touches neither its siblings nor the scope, and surfaces where it is awaited") {
            managerTest { manager ->
                val failure = IllegalStateException("part")
                manager.scope("request") {
                    val bad = submit(LOAD.key(1)) { throw failure }
                    val good = submit(LOAD.key(2)) { delay(1.seconds).let { "good" } }
                    val plain = async { delay(1.seconds).let { "plain" } }
                    runCatching { bad.await() }.exceptionOrNull()!!.original() shouldBeSameInstanceAs failure
                    good.await() + plain.await()
                } shouldBe "goodplain"
            }
        }

        test("E4: with failFast the first failure cancels the siblings and is what the scope throws") {
            managerTest { manager ->
                val failure = IllegalStateException("part")
                lateinit var sibling: OffloadDeferred<String>
                val thrown =
                    runCatching {
                        manager.scope("request", failFast = true) {
                            sibling = submit(LOAD.key(2)) { awaitCancellation() }
                            submit(LOAD.key(1)) { delay(1.seconds).let { throw failure } }
                            sibling.await()
                        }
                    }.exceptionOrNull()
                thrown shouldBeSameInstanceAs failure
                currentTime shouldBe 1_000
                shouldThrow<OffloadCancelledException> { sibling.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
            }
        }

        test("E4: with failFast a plain coroutine's failure ends the scope as in coroutineScope") {
            managerTest { manager ->
                lateinit var job: OffloadDeferred<String>
                shouldThrow<IllegalStateException> {
                    manager.scope("request", failFast = true) {
                        job = submit(LOAD.key(2)) { awaitCancellation() }
                        launch { throw IllegalStateException("plain") }
                    }
                }.message shouldBe "plain"
                job.jobState() shouldBe JobState.CANCELLED
            }
        }

        test("E4: with failFast a job that runs out of time is a failure, too") {
            managerTest { manager ->
                lateinit var sibling: OffloadDeferred<String>
                shouldThrow<OffloadTimeoutException> {
                    manager.scope("request", failFast = true) {
                        sibling = submit(LOAD.key(2)) { awaitCancellation() }
                        submit(LOAD.key(1), timeout = TimeoutPolicy(cancelAfter = 1.seconds)) { awaitCancellation() }
                    }
                }
                currentTime shouldBe 1_000
                shouldThrow<OffloadCancelledException> { sibling.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
            }
        }

        test("E4: without failFast a plain coroutine's failure touches neither the jobs nor the scope") {
            managerTest { manager ->
                val failure = IllegalStateException("plain")
                manager.scope("request") {
                    val plain = async<String> { throw failure }
                    val job = submit(LOAD.key(1)) { delay(1.seconds).let { "job" } }
                    plain.join()
                    isActive shouldBe true
                    job.await()
                } shouldBe "job"
            }
        }

        test("E3: a failure nobody awaited is reported once, at the end of the scope that owns the job") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                manager.scope("request") {
                    submit(LOAD.key(1)) { throw IllegalStateException("unseen") }
                    val seen = submit(LOAD.key(2)) { throw IllegalStateException("seen") }
                    delay(1.seconds)
                    listener.count("unobserved") shouldBe 0
                    runCatching { seen.await() }
                }
                listener.count("unobserved") shouldBe 1
            }
        }

        test("E3: who waits for the end of a job, its scope's or the manager's, has asked for its failure") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                manager.scope("request") {
                    val own = submit(LOAD.key(1)) { delay(1.seconds).let { error("joined") } }
                    val ofManager = manager.submit(LOAD.key(1)) { delay(2.seconds).let { error("joined") } }
                    own.join()
                    ofManager.join()
                    own.jobState() shouldBe JobState.FAILED
                    ofManager.jobState() shouldBe JobState.FAILED
                }
                listener.count("unobserved") shouldBe 0
            }
        }

        test("E3: a call has asked for the failure before the body can fail") {
            val listener = RecordingListener()
            val manager = OffloadManager(context = Dispatchers.Unconfined, listener = listener)
            shouldThrow<IllegalStateException> { manager.call(LOAD.key(1)) { error("told to the caller") } }
            manager.shutdown(1.seconds)
            listener.count("ended") shouldBe 1
            listener.count("unobserved") shouldBe 0
        }

        test("E3: a scope that stays open keeps a thousand failures for its end, and reports older ones before") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val open = manager.openScope("open")
                val failed = List(1_001) { open.submit(COUNT.key(it)) { error("unseen $it") } }
                runCurrent()
                listener.count("unobserved") shouldBe 1
                listener.failures.map { it.message }.count { it == "unseen 0" } shouldBe 2 // ended, and unseen
                failed.drop(1).forEach { shouldThrow<IllegalStateException> { it.await() } }
                open.complete()
                runCurrent()
                listener.count("unobserved") shouldBe 1
            }
        }

        test("L1: a lease taken with share ends with the scope, after the scope's own jobs") {
            managerTest { manager ->
                lateinit var shared: OffloadDeferred<String>
                var meanwhile: JobState? = null
                manager.scope("request") {
                    shared = share(LOAD.key(1)) { awaitCancellation() }
                    submit(COUNT.key(1)) {
                        delay(1.seconds)
                        meanwhile = shared.jobState()
                        1
                    }
                }
                meanwhile shouldBe JobState.RUNNING
                runCurrent()
                shared.jobState() shouldBe JobState.CANCELLED
                manager.isInFlight(LOAD.key(1)) shouldBe false
            }
        }

        test("L1: a scope drops all of its leases at its end, however many, and whatever it gave up before") {
            managerTest { manager ->
                manager.scope("request") {
                    repeat(200) { i ->
                        val lease = share(LOAD.key(i)) { awaitCancellation() }
                        if (i % 3 == 0) lease.cancel()
                    }
                    runCurrent()
                    manager.activeCount shouldBe 133
                }
                runCurrent()
                manager.activeCount shouldBe 0
            }
        }

        test("R8, L1: a share accepted in the moment in which the scope ends is not refused, its lease is dropped") {
            lateinit var open: OffloadScope
            val ending = object : OffloadListener {
                override fun onAccepted(job: JobSnapshot) = open.complete()
            }
            managerTest(listener = ending) { manager ->
                open = manager.openScope("open")
                val shared = open.share(LOAD.key(1)) { awaitCancellation() }
                shouldThrow<OffloadCancelledException> { shared.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
                runCurrent()
                manager.isInFlight(LOAD.key(1)) shouldBe false
                shouldThrow<ScopeClosedException> { open.share(LOAD.key(1)) { awaitCancellation() } }
            }
        }

        test("L1: the end of one scope does not touch the lease of another") {
            managerTest { manager ->
                val gate = CompletableDeferred<String>()
                val other = async { manager.scope("other") { share(LOAD.key(1)) { gate.await() }.await() } }
                runCurrent()
                manager.scope("request") { share(LOAD.key(1)) { "never" }.joined() } shouldBe true
                gate.complete("shared")
                other.await() shouldBe "shared"
            }
        }

        test("L1: a shared job whose kind says finish goes on after the last scope") {
            val config = OffloadConfig { abandon(AbandonPolicy.finish()) }
            managerTest(config) { manager ->
                val shared = manager.scope("request") { share(LOAD.key(1)) { delay(1.seconds).let { "done" } } }
                shared.jobState().isActive shouldBe true
                manager.joinAll()
                shared.jobState() shouldBe JobState.SUCCEEDED
            }
        }

        test("R5: a scope finds its own jobs and the manager's, and cancels only its own") {
            managerTest { manager ->
                manager.submit(LOAD.key("manager")) { awaitCancellation() }
                manager.scope("request") {
                    submit(LOAD.key("own")) { awaitCancellation() }
                    find(LOAD.key("own")).shouldNotBeNull()
                    isInFlight(LOAD.key("manager")) shouldBe true
                    manager.find(LOAD.key("own")).shouldBeNull()
                    cancel(LOAD.key("manager")) shouldBe false
                    cancel(LOAD.key("own")) shouldBe true
                }
            }
        }

        test("spawned work belongs to the manager and outlives the scope") {
            managerTest { manager ->
                var done = false
                manager.scope("request") { spawn("audit") { delay(1.seconds).also { done = true } } }
                done shouldBe false
                manager.joinAll()
                done shouldBe true
            }
        }

        test("R4: the counts of a scope are part of its parent's, while it is open and after it") {
            managerTest { manager ->
                manager.scope("outer") {
                    scope("inner") {
                        submit(LOAD.key(1)) { "" }
                        manager.snapshot().total().accepted() shouldBe 1
                    }
                    snapshot().total().succeeded() shouldBe 1
                }
                val total = manager.snapshot().total()
                total.accepted() shouldBe 1
                total.succeeded() shouldBe 1
            }
        }

        test("the snapshot is the tree of scopes and jobs, with ages, as text too") {
            managerTest { manager ->
                manager.scope("outer") {
                    scope("inner") {
                        submit(LOAD.key(1)) { delay(5.seconds).let { "" } }
                        delay(2.seconds)
                        val text = manager.snapshot().toString()
                        text shouldContain "\n  outer: age PT2S, active 1"
                        text shouldContain "\n    inner: age PT2S, active 1"
                        text shouldContain Regex("\n      Keyed\\(user.load\\) #\\d+ RUNNING, age PT2S")
                        manager.activeCount shouldBe 1
                    }
                }
            }
        }

        test("R6: joinAll and cancelAll reach the scopes below") {
            managerTest { manager ->
                val open = manager.openScope("open")
                val job = open.submit(LOAD.key(1)) { awaitCancellation() }
                runCurrent()
                manager.cancelAll() shouldBe 1
                manager.joinAll()
                job.jobState() shouldBe JobState.CANCELLED
                open.submit(LOAD.key(1)) { "open still" }.await() shouldBe "open still"
                open.complete()
            }
        }

        test("an opened scope lives until it is completed, and its Job completes with all in it") {
            managerTest { manager ->
                val open = manager.openScope("open")
                val job = open.submit(LOAD.key(1)) { delay(1.seconds).let { "" } }
                runCurrent()
                open.complete()
                open.coroutineContext.job.isActive shouldBe true
                open.coroutineContext.job.join()
                currentTime shouldBe 1_000
                job.jobState() shouldBe JobState.SUCCEEDED
                manager.snapshot().children().shouldBeEmpty()
            }
        }

        test("R8: an opened scope without jobs is closed by complete() at once") {
            managerTest { manager ->
                val open = manager.openScope("open")
                open.complete()
                shouldThrow<ScopeClosedException> { open.submit(LOAD.key(1)) { "" } }
            }
        }

        test(
            "R4: what a closed scope will not hand on to the manager is counted and told there as rejected, spawn too",
        ) {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val scope = manager.openScope("open")
                scope.cancel()
                shouldThrow<ScopeClosedException> { scope.spawn("audit") {} }
                shouldThrow<ScopeClosedException> { scope.share(LOAD.key(1)) { "" } }
                shouldThrow<ScopeClosedException> { scope.call(LOAD.key(1)) { "" } }
                manager.snapshot().byKind().mapValues { it.value.rejected() } shouldBe
                    mapOf("audit" to 1L, "user.load" to 2L)
                listener.count("rejected audit SCOPE_CLOSED") shouldBe 1
            }
        }

        test("cancel() inside a scope ends it as closed") {
            managerTest { manager ->
                shouldThrow<ScopeClosedException> { manager.scope("request") { cancel().also { awaitCancellation() } } }
            }
        }

        test("a scope opened under one that was cancelled is refused, and one under an open one ends with it") {
            managerTest { manager ->
                val outer = manager.openScope("outer")
                val inner = outer.openScope("inner")
                val job = inner.submit(LOAD.key(1)) { awaitCancellation() }
                runCurrent()
                outer.cancel()
                job.join()
                shouldThrow<ScopeClosedException> { outer.openScope("late") }
                shouldThrow<ScopeClosedException> { inner.submit(LOAD.key(1)) { "" } }
            }
        }
    })
