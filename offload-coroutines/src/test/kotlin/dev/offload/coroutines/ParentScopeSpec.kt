package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.ScopeClosedException
import dev.offload.spi.OffloadListener
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CompletableJob
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** A scope that was opened under a manager, and is a child of somebody else's `Job`. */
class ParentScopeSpec :
    FunSpec({
        val ends = mapOf<String, (CompletableJob) -> Unit>(
            "is cancelled" to { it.cancel() },
            "fails" to { it.completeExceptionally(IllegalStateException("of the parent")) },
        )
        for ((how, end) in ends) {
            test("R8: a scope whose parent $how is closed by that, and the parent ends when the last body has") {
                managerTest { manager ->
                    val parent = Job()
                    val scope = manager.openScope("screen", parent = parent)
                    val job = scope.submit(LOAD.key(1)) {
                        try {
                            awaitCancellation()
                        } finally {
                            withContext(NonCancellable) { delay(2.seconds) }
                        }
                    }
                    val plain = scope.launch { awaitCancellation() }
                    runCurrent()
                    end(parent)
                    shouldThrow<OffloadCancelledException> { job.await() }.reason() shouldBe CancelReason.SCOPE_CLOSED
                    shouldThrow<ScopeClosedException> { scope.submit(LOAD.key(2)) { "late" } }
                    runCurrent()
                    plain.isCancelled shouldBe true
                    parent.isCompleted shouldBe false
                    parent.join()
                    currentTime shouldBe 2_000
                    job.jobState() shouldBe JobState.CANCELLED
                    scope.coroutineContext.job.isCompleted shouldBe true
                    manager.snapshot().children().shouldBeEmpty()
                }
            }
        }

        test("R8: a parent that is completed waits for the scope, which takes work until it is completed, too") {
            managerTest { manager ->
                val parent = Job()
                val scope = manager.openScope("screen", parent = parent)
                parent.complete()
                runCurrent()
                parent.isCompleted shouldBe false
                val job = scope.submit(LOAD.key(1)) { delay(1.seconds).let { "value" } }
                scope.complete()
                parent.join()
                currentTime shouldBe 1_000
                job.jobState() shouldBe JobState.SUCCEEDED
            }
        }

        val over = mapOf(
            "has completed" to Job().apply { complete() },
            "was cancelled" to Job().apply { cancel() },
            "has failed" to Job().apply { completeExceptionally(IllegalStateException("of the parent")) },
        )
        for ((how, parent) in over) {
            test("R8: a scope whose parent $how before is closed when it is there") {
                managerTest { manager ->
                    val scope = manager.openScope("screen", parent = parent)
                    shouldThrow<ScopeClosedException> { scope.submit(LOAD.key(1)) { "late" } }
                    scope.coroutineContext.isActive shouldBe false
                    scope.coroutineContext.job.join()
                    runCurrent()
                    manager.snapshot().children().shouldBeEmpty()
                }
            }
        }

        val ofTheScope = mapOf<String, suspend (OffloadScope) -> Unit>(
            "is completed" to { it.complete() },
            "is cancelled" to { it.cancel() },
            "fails fast by a job" to { it.submit(LOAD.key(1)) { error("of a job") } },
            "fails fast by a plain coroutine" to { it.launch { error("of a coroutine") } },
        )
        for ((how, end) in ofTheScope) {
            test("E4: the parent of a scope that $how goes on, and has no child more") {
                managerTest { manager ->
                    val parent = Job()
                    val scope = manager.openScope("screen", failFast = true, parent = parent)
                    end(scope)
                    scope.coroutineContext.job.join()
                    runCurrent()
                    parent.isActive shouldBe true
                    parent.children.toList().shouldBeEmpty()
                    manager.snapshot().children().shouldBeEmpty()
                }
            }
        }

        test("S1: a scope with a parent ends with its manager, and lets the parent go") {
            managerTest { manager ->
                val parent = Job()
                val scope = manager.openScope("screen", parent = parent)
                val inner = scope.openScope("part", parent = parent)
                manager.shutdown(1.seconds).openScopes().shouldBeEmpty()
                listOf(scope, inner).forEach { it.coroutineContext.job.join() }
                runCurrent()
                currentTime shouldBe 1_000
                parent.isActive shouldBe true
                parent.children.toList().shouldBeEmpty()
            }
        }

        test("R8: the scope above and the parent both wait for a scope, and either cancels it") {
            managerTest { manager ->
                val outer = manager.openScope("outer")
                val parent = Job()
                val first = outer.openScope("first", parent = parent)
                val second = outer.openScope("second", parent = parent)
                outer.complete()
                runCurrent()
                outer.coroutineContext.job.isCompleted shouldBe false
                parent.cancel()
                outer.coroutineContext.job.join()
                parent.join()
                listOf(first, second).forEach { it.coroutineContext.job.isCompleted shouldBe true }
                val other = Job()
                manager.openScope("outer").also { it.openScope("inner", parent = other) }.cancel()
                runCurrent()
                other.children.toList().shouldBeEmpty()
            }
        }

        test("R8: a scope of backgroundScope ends with the test, and holds it up as any child would") {
            lateinit var job: OffloadDeferred<String>
            var ended = false
            runTest {
                val manager = OffloadManager(context = StandardTestDispatcher(testScheduler))
                val scope = manager.openScope("test", parent = backgroundScope.coroutineContext.job)
                job = scope.submit(LOAD.key(1)) {
                    try {
                        awaitCancellation()
                    } finally {
                        ended = true
                    }
                }
                runCurrent()
            }
            ended shouldBe true
            job.jobState() shouldBe JobState.CANCELLED
        }

        test("C1: bodies and plain coroutines of the scope have what its context adds, shared jobs those of threads") {
            managerTest { manager ->
                val thread = ThreadLocal.withInitial { "none" }
                val own = StandardTestDispatcher(testScheduler)
                val scope =
                    manager.openScope(
                        "screen",
                        parent = Job(),
                        context = own + thread.asContextElement("of the screen"),
                    )
                suspend fun seen() = currentCoroutineContext()[ContinuationInterceptor]!! to thread.get()!!
                lateinit var ofBody: Pair<ContinuationInterceptor, String>
                lateinit var shared: Pair<ContinuationInterceptor, String>
                scope.submit(LOAD.key(1)) { "".also { ofBody = seen() } }.await()
                scope.call(LOAD.key(2)) { "" }
                scope.share(LOAD.key(3)) { "".also { shared = seen() } }.await()
                val (dispatcher, value) = scope.async { seen() }.await()
                ofBody.first shouldBeSameInstanceAs own
                dispatcher shouldBeSameInstanceAs own
                listOf(value, ofBody.second, shared.second) shouldContainExactly List(3) { "of the screen" }
                (shared.first === own) shouldBe false
                scope.cancel()
            }
        }

        test("openScope refuses a context with a Job, or in which no body can run, and leaves nothing open") {
            managerTest { manager ->
                shouldThrow<IllegalArgumentException> { manager.openScope("screen", context = SupervisorJob()) }
                shouldThrow<IllegalArgumentException> { manager.openScope("screen", context = NoDispatcher) }
                manager.snapshot().children().shouldBeEmpty()
            }
        }

        test("R8: a parent that can never be cancelled is as none") {
            managerTest { manager ->
                val scope = manager.openScope("screen", parent = NonCancellable)
                scope.submit(LOAD.key(1)) { "value" }.await() shouldBe "value"
                scope.complete()
                scope.coroutineContext.job.join()
            }
        }

        test("R10: a chain of scopes, each the parent of the next one, ends however long it is") {
            val ends = listOf<
                (
                    List<OffloadScope>,
                ) -> Unit,
                >({ it.first().cancel() }, { all -> all.forEach { it.complete() } })
            for (end in ends) {
                runBlocking(Dispatchers.Default) {
                    val manager = OffloadManager()
                    val root = Job()
                    val chain = generateSequence(manager.openScope("top", parent = root)) {
                        manager.openScope("below", parent = it.coroutineContext.job)
                    }.take(10_000).toList()
                    end(chain)
                    root.complete()
                    withTimeout(60.seconds) {
                        root.join()
                        chain.forEach { it.coroutineContext.job.join() }
                    }
                    manager.shutdown(Duration.ZERO).isClean shouldBe true
                }
            }
        }

        test("R2: what is told of a parent's scope comes in the order of other scopes: its jobs, then the parent") {
            val told = mutableListOf<String>()
            val listener = object : OffloadListener {
                override fun onEnded(job: dev.offload.JobSnapshot, failure: Throwable?) {
                    told += "job"
                }
            }
            managerTest(listener = listener) { manager ->
                val parent = Job()
                val gate = CompletableDeferred<Unit>()
                val scope = manager.openScope("screen", parent = parent)
                scope.submit(LOAD.key(1)) { gate.await().let { "value" } }
                parent.invokeOnCompletion { told += "parent" }
                parent.complete()
                scope.complete()
                gate.complete(Unit)
                parent.join()
                told shouldContainExactly listOf("job", "parent")
            }
        }
    })

/** Runs nothing. */
private object NoDispatcher : ContinuationInterceptor {
    override val key get() = ContinuationInterceptor

    override fun <T> interceptContinuation(continuation: Continuation<T>): Continuation<T> = continuation
}
