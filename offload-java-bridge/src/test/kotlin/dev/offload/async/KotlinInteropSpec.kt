package dev.offload.async

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.JobState
import dev.offload.LaunchOutcome
import dev.offload.OffloadCancelledException
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.ScopeClosedException
import dev.offload.TaskState
import dev.offload.WakeOutcome
import dev.offload.contract.fixture.Body
import dev.offload.contract.fixture.Bounded
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.currentOffload
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.manager
import dev.offload.coroutines.name
import dev.offload.coroutines.scope
import dev.offload.coroutines.snapshot
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.future.await
import kotlinx.coroutines.future.future
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import kotlin.time.Duration.Companion.seconds

/** One application in both languages, one registry. */
class KotlinInteropSpec :
    StringSpec({
        val load = OffloadKind.named<Any, String>("load")
        val key = load.key("same")

        "R1: a Java caller joins a job that Kotlin started, with a lease of its own" {
            val kotlin = OffloadManager()
            val java = KotlinInterop.asAsync(kotlin)
            val gate = CompletableDeferred<String>()
            val started = kotlin.share(key) { gate.await() }
            val joined = java.share(key) { error("not used") }
            joined.joined() shouldBe true
            java.find(key).orElseThrow().leases() shouldBe 2
            started.cancel() shouldBe true
            gate.complete("value")
            joined.await() shouldBe "value"
            java.joinAll().await()
            java.snapshot().total() shouldBe kotlin.snapshot().total()
            kotlin.shutdown(1.seconds).isClean shouldBe true
            shouldThrow<ScopeClosedException> { java.submit(key) { "late" } }
        }

        "R1: a Kotlin caller joins a job that Java started; the last one who leaves cancels it" {
            val java = AsyncOffloadManager.create()
            val kotlin = KotlinInterop.asKotlin(java)
            val body = Body.held { "value" }
            val started = java.share(key, body::runBlocking)
            val joined = kotlin.share(key) { "not used" }
            joined.joined() shouldBe true
            body.awaitStarted()
            started.cancel() shouldBe true
            joined.jobState() shouldBe JobState.RUNNING
            joined.cancel() shouldBe true
            body.awaitStopped()
            kotlin.call(key) { "anew" } shouldBe "anew"
            withContext(Dispatchers.IO) { java.close() }
            shouldThrow<ScopeClosedException> { kotlin.submit(key) { "late" } }
            kotlin.coroutineContext.job.join()
        }

        "C1: a body in either language is told its job by the question of either" {
            val kotlin = OffloadManager()
            kotlin.scope("request") {
                val here = this
                val told = submit(key) {
                    val job = RunningJob.current().orElseThrow()
                    "${job.key() == key}, ${job.scope().name()}"
                }
                told.await() shouldBe "true, request"
                val java = KotlinInterop.asAsync(here)
                val own = java.submit(load.key("java")) { RunningJob.current().orElseThrow().scope().name() }
                own.await() shouldBe "request"
                val both = java.submit(load.key("both")) { "${currentOffload()?.scope === here}" }
                both.await() shouldBe "true"
            }
            kotlin.shutdown(1.seconds).isClean shouldBe true
        }

        "J5: a coroutine that must not be cancelled waits for a future although its job is" {
            val kotlin = OffloadManager()
            val java = KotlinInterop.asAsync(kotlin)
            val body = Body.held { "value" }
            val awaited = java.submit(load.key("awaited"), body::runBlocking)
            val begun = CompletableDeferred<Unit>()
            val told = CompletableDeferred<String>()
            val handle = kotlin.submit(key) {
                try {
                    begun.complete(Unit)
                    awaitCancellation()
                } finally {
                    withContext(NonCancellable + Dispatchers.IO) {
                        body.release()
                        told.complete(awaited.join())
                    }
                }
            }
            begun.await()
            handle.cancel() shouldBe true
            told.await() shouldBe "value"
            kotlin.shutdown(1.seconds).isClean shouldBe true
        }

        "each scope has one face in each language" {
            val kotlin = OffloadManager()
            val java = KotlinInterop.asAsync(kotlin)
            KotlinInterop.asAsync(kotlin) shouldBeSameInstanceAs java
            KotlinInterop.asKotlin(java) shouldBeSameInstanceAs kotlin
            val scope = java.openScope("request")
            val face = KotlinInterop.asKotlin(scope)
            KotlinInterop.asKotlin(scope) shouldBeSameInstanceAs face
            KotlinInterop.asAsync(face) shouldBeSameInstanceAs scope
            face.name shouldBe "request"
            face.manager shouldBeSameInstanceAs kotlin
            scope.close()
            kotlin.shutdown(1.seconds).isClean shouldBe true
        }

        "J3: closing a Kotlin scope from Java ends it, with its coroutine" {
            val kotlin = OffloadManager()
            val opened = kotlin.openScope("request")
            val java = KotlinInterop.asAsync(opened)
            val done = CompletableDeferred<Unit>()
            val job = opened.submit(key) { done.await().let { "value" } }
            val closed = Bounded.start(java::close)
            closed.isDone shouldBe false
            done.complete(Unit)
            closed.await()
            job.await() shouldBe "value"
            opened.coroutineContext.job.join()
            kotlin.shutdown(1.seconds).isClean shouldBe true
        }

        "R8: a Java scope waits for the jobs Kotlin submits to it, and cancels its plain coroutines at the end" {
            val java = AsyncOffloadManager.create()
            val scope = java.openScope("request")
            val face = KotlinInterop.asKotlin(scope)
            val plain = face.launch { awaitCancellation() }
            val gate = CompletableDeferred<String>()
            val job = face.submit(key) { gate.await() }
            val closed = Bounded.start(scope::close)
            closed.isDone shouldBe false
            gate.complete("value")
            closed.await()
            job.await() shouldBe "value"
            plain.join()
            face.coroutineContext.job.isActive shouldBe false
            withContext(Dispatchers.IO) { java.close() }
        }

        "E5: a circle through both languages is told" {
            val java = AsyncOffloadManager.create()
            val kotlin = KotlinInterop.asKotlin(java)
            val other = load.key("other")
            val outerWaits = CompletableDeferred<Unit>()
            val told =
                kotlin.call(key) {
                    val inner = kotlin.submit(other) {
                        outerWaits.await()
                        withContext(Dispatchers.IO) {
                            val own = java.share(key) { error("not used") }
                            shouldThrow<OffloadCycleException> { own.join() }.javaClass.simpleName
                        }
                    }
                    coroutineScope {
                        // Undispatched: it waits for the inner job before the next line runs, so that Java closes the circle.
                        val answer = async(start = CoroutineStart.UNDISPATCHED) { inner.await() }
                        outerWaits.complete(Unit)
                        answer.await()
                    }
                }
            told shouldBe OffloadCycleException::class.java.simpleName
            withContext(Dispatchers.IO) { java.close() }
        }

        "T3: a limit holds for both together" {
            val java = AsyncOffloadManager.create()
            val scope = java.openScope("narrow", ScopeOptions.unset().withConcurrency(ConcurrencyLimit.of(1)))
            val face = KotlinInterop.asKotlin(scope)
            val body = Body.held { "java" }
            val first = scope.submit(key, body::runBlocking)
            val second = face.submit(load.key("other")) { "kotlin" }
            body.awaitStarted()
            second.jobState() shouldBe JobState.QUEUED
            body.release()
            second.await() shouldBe "kotlin"
            first.await() shouldBe "java"
            scope.close()
            withContext(Dispatchers.IO) { java.close() }
        }

        "C1: a body in Java knows its scope in Kotlin" {
            val java = AsyncOffloadManager.create()
            val kotlin = KotlinInterop.asKotlin(java)
            java.submit(load.auto()) { currentOffload()!!.scope.name }.await() shouldBe "manager"
            kotlin.submit(load.auto()) { currentOffload()!!.scope.name }.await() shouldBe "manager"
            withContext(Dispatchers.IO) { java.close() }
        }

        "handles: each conversion takes a lease of its own" {
            val java = AsyncOffloadManager.create()
            val body = Body.held { "value" }
            val future = java.share(key, body::runBlocking)
            val deferred = KotlinInterop.asDeferred(future)
            val again = KotlinInterop.asFuture(deferred)
            java.find(key).orElseThrow().leases() shouldBe 3
            java.snapshot().total().submitted() shouldBe 1 // R4: a conversion is no submission
            deferred.cancel() shouldBe true
            again.cancel() shouldBe true
            future.isDone shouldBe false
            KotlinInterop.asFuture(deferred).isCancelled shouldBe true
            val given = KotlinInterop.asDeferred(again)
            shouldThrow<OffloadCancelledException> { given.await() }.reason() shouldBe CancelReason.CANCELLED
            java.find(key).orElseThrow().leases() shouldBe 1
            val kept = KotlinInterop.asDeferred(future)
            body.release()
            kept.await() shouldBe "value"
            KotlinInterop.asFuture(kept).join() shouldBe "value"
            KotlinInterop.asDeferred(future).await() shouldBe "value"
            java.snapshot().total().submitted() shouldBe 1
            withContext(Dispatchers.IO) { java.close() }
        }

        "J2: a coroutine of Kotlin is a stage, and is cancelled with its job" {
            val java = AsyncOffloadManager.create()
            val kotlin = KotlinInterop.asKotlin(java)
            val stopped = CompletableDeferred<Boolean>()
            val running = CompletableDeferred<Unit>()
            java.submitStage(key) {
                kotlin.future {
                    try {
                        running.complete(Unit)
                        awaitCancellation()
                    } finally {
                        stopped.complete(true)
                    }
                }
            }
            running.await()
            java.cancel(key) shouldBe true
            stopped.await() shouldBe true
            withContext(Dispatchers.IO) { java.close() }
        }

        "W3: one wait map in both languages" {
            val kotlin = WaitMap<Int, String>()
            val java = KotlinInterop.asAsync(kotlin)
            val waiting = java.await(1)
            kotlin.wake(1, "from kotlin").shouldBeInstanceOf<WakeOutcome.Woke<String>>()
            waiting.await() shouldBe "from kotlin"
            val waiter = KotlinInterop.asKotlin(java).subscribe(2)
            java.wake(2, "from java").shouldBeInstanceOf<WakeOutcome.Woke<String>>()
            waiter.await() shouldBe "from java"
            java.close()
            kotlin.isClosed shouldBe true
        }

        "A1: one task recorder in both languages" {
            val java = AsyncOffloadManager.create()
            val recorder = AsyncTaskRecorder.create<String, String>(java, load)
            val kotlin = KotlinInterop.asKotlin(recorder)
            kotlin.launch("a") { "value" }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
            java.joinAll().await()
            recorder.state("a") shouldBe TaskState.SUCCEEDED
            recorder.launch("a") { "again" }.shouldBeInstanceOf<LaunchOutcome.AlreadySucceeded<*>>()
            val manager = OffloadManager()
            val own = TaskRecorder<String, String>(manager, load)
            val view = KotlinInterop.asAsync(own)
            view.launch("b") { "value" }.shouldBeInstanceOf<LaunchOutcome.Launched<*>>()
            manager.joinAll()
            own.state("b") shouldBe TaskState.SUCCEEDED
            manager.shutdown(1.seconds).isClean shouldBe true
            withContext(Dispatchers.IO) { java.close() }
        }

        "L2: cancelling a coroutine that awaits a copy of a future drops nothing" {
            val java = AsyncOffloadManager.create()
            val body = Body.held { "value" }
            val future: OffloadFuture<String> = java.share(key, body::runBlocking)
            val waiting = launch(Dispatchers.Unconfined) { future.copy().await() }
            waiting.cancel()
            waiting.join()
            future.isDone shouldBe false
            body.release()
            future.await() shouldBe "value"
            val failing = java.submitStage(load.auto()) {
                CompletableFuture.failedFuture<String>(IllegalStateException("on purpose"))
            }
            shouldThrow<CompletionException> { withContext(Dispatchers.IO) { failing.join() } }
            withContext(Dispatchers.IO) { java.close() }
        }
    })
