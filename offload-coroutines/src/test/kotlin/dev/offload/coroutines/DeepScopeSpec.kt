package dev.offload.coroutines

import dev.offload.JobState
import dev.offload.OffloadConfig
import dev.offload.ScopeClosedException
import dev.offload.coroutines.internal.job.onSmallStack
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.startCoroutine
import kotlin.time.Duration

/** As deep as the contract says. */
private const val DEEPEST = 100_000

/** No stack of these tests has room for one frame for each scope; where the dispatcher makes a difference, that is enough. */
private const val DEEP = 5_000

/** R10: scopes in scopes, on threads with hardly any stack, whatever the dispatcher does. */
class DeepScopeSpec :
    FunSpec({
        afterSpec { forgetUncaught() }

        val smallThreads = Executors.newSingleThreadExecutor {
            Thread(null, it, "small stack", 256 * 1024).apply {
                isDaemon =
                    true
            }
        }
        afterSpec { smallThreads.shutdownNow() }

        val contexts: Map<String, CoroutineContext> = mapOf(
            "the event loop of runBlocking" to EmptyCoroutineContext,
            "Default" to Dispatchers.Default,
            "one thread" to smallThreads.asCoroutineDispatcher(),
            "Unconfined" to Dispatchers.Unconfined,
            "an executor that runs in place" to Executor(Runnable::run).asCoroutineDispatcher(),
        )

        fun inContext(context: CoroutineContext, test: suspend (OffloadManager) -> Unit) = onSmallStack {
            val bodies = if (context == EmptyCoroutineContext) Dispatchers.Default else context
            val manager = OffloadManager(OffloadConfig.defaults(), bodies)
            runBlocking(context) { test(manager) }
            manager.snapshot().children().shouldBeEmpty()
            manager.cancel()
        }

        for ((name, context) in contexts) {
            val depth = if (name == "one thread") DEEPEST else DEEP

            test("R10: scopes as deep as they may be are entered and left, on $name") {
                inContext(context) { manager ->
                    manager.scope("top") {
                        nested(depth) {
                            submit(COUNT.key(1)) { 41 }.await() + 1
                        }
                    } shouldBe 42
                }
            }

            test("R10: they are left one by one with what the innermost throws, on $name") {
                val failure = IllegalStateException("innermost")
                for (failFast in listOf(false, true)) {
                    inContext(context) { manager ->
                        runCatching {
                            manager.scope("top", failFast) { nested(depth, failFast) { throw failure } }
                        }.exceptionOrNull() shouldBeSameInstanceAs failure
                    }
                }
            }

            test("R10: they end with their caller's cancellation, on $name") {
                inContext(context) { manager ->
                    coroutineScope {
                        val inside = CompletableDeferred<OffloadDeferred<Int>>()
                        val caller = async(start = CoroutineStart.UNDISPATCHED) {
                            manager.scope("top") {
                                nested(depth) {
                                    inside.complete(submit(COUNT.key(1)) { awaitCancellation() })
                                    awaitCancellation()
                                }
                            }
                        }
                        val job = inside.await()
                        caller.cancelAndJoin()
                        job.jobState() shouldBe JobState.CANCELLED
                    }
                }
            }

            test("R10, E1: they end as closed with the outermost scope, on $name") {
                for (failFast in listOf(false, true)) {
                    inContext(context) { manager ->
                        coroutineScope {
                            val inside = CompletableDeferred<Unit>()
                            lateinit var top: OffloadScope
                            val caller = async(start = CoroutineStart.UNDISPATCHED) {
                                runCatching {
                                    manager.scope("top", failFast) {
                                        top = this
                                        nested(depth, failFast) { inside.complete(Unit).also { awaitCancellation() } }
                                    }
                                }.exceptionOrNull()
                            }
                            inside.await()
                            top.cancel()
                            caller.await().shouldBeInstanceOf<ScopeClosedException>()
                        }
                    }
                }
            }

            test("R10: scopes of the manager in each other end with their caller, on $name") {
                inContext(context) { manager ->
                    coroutineScope {
                        val inside = CompletableDeferred<Unit>()
                        val caller = async(start = CoroutineStart.UNDISPATCHED) {
                            inEachOther(manager, depth) { inside.complete(Unit).also { awaitCancellation() } }
                        }
                        inside.await()
                        caller.cancelAndJoin()
                    }
                }
            }

            test("R10: opened scopes under opened ones end with the topmost, on $name") {
                inContext(context) { manager ->
                    val scopes = manager.chain(depth)
                    val job = scopes.last().submit(LOAD.key(1)) { awaitCancellation() }
                    scopes.first().cancel()
                    scopes.forEach { it.coroutineContext.job.join() }
                    job.jobState() shouldBe JobState.CANCELLED
                    manager.joinOpened()
                }
            }

            test(
                "R10: opened scopes under opened ones are completed from the innermost on, or from the top, on $name",
            ) {
                for (order in listOf<(List<OffloadScope>) -> List<OffloadScope>>({ it.asReversed() }, { it })) {
                    inContext(context) { manager ->
                        val scopes = manager.chain(depth)
                        scopes.last().submit(LOAD.key(1)) { "" }
                        order(scopes).forEach { it.complete() }
                        scopes.forEach { it.coroutineContext.job.join() }
                        manager.joinOpened()
                    }
                }
            }

            test("R10, S1: shutdown ends opened scopes under opened ones, on $name") {
                inContext(context) { manager ->
                    manager.chain(depth)
                    manager.shutdown(Duration.ZERO).isClean shouldBe true
                    manager.joinOpened()
                }
            }
        }

        test("R10: scopes with bodies between them end with the outermost") {
            inContext(Dispatchers.Default) { manager ->
                val inside = CompletableDeferred<Unit>()
                val top = manager.openScope("top")

                suspend fun OffloadScope.bodies(depth: Int) {
                    if (depth == 0) {
                        inside.complete(Unit)
                        awaitCancellation()
                    }
                    val here = this
                    submit(COUNT.key(depth)) { 1.also { here.scope("inside") { bodies(depth - 1) } } }.await()
                }
                val caller = manager.async { top.bodies(1_000) }
                inside.await()
                top.cancel()
                caller.join()
                top.coroutineContext.job.join()
                manager.joinOpened()
            }
        }

        test("R10: without any dispatcher, too") {
            onSmallStack {
                val manager = OffloadManager()
                val answer = CompletableFuture<Int>()
                val block: suspend () -> Int = { manager.scope("top") { nested(DEEPEST) { 42 } } }
                block.startCoroutine(
                    Continuation(EmptyCoroutineContext) { result ->
                        result.fold(answer::complete, answer::completeExceptionally)
                    },
                )
                answer.get(60, TimeUnit.SECONDS) shouldBe 42
            }
        }

        test("R10: in virtual time nothing moves by it, and no other thread runs it") {
            onSmallStack {
                managerTest { manager ->
                    val thread = Thread.currentThread()
                    val order = mutableListOf<String>()
                    val deep = async {
                        manager.scope("top") {
                            nested(DEEPEST) {
                                delay(1_000)
                                order += "inside"
                                Thread.currentThread() shouldBeSameInstanceAs thread
                            }
                        }
                    }
                    launch { delay(999).also { order += "before" } }
                    launch { delay(1_001).also { order += "after" } }
                    deep.await()
                    currentTime shouldBe 1_000
                    order shouldContainExactly listOf("before", "inside")
                }
            }
        }

        test("R10: in virtual time where bodies run in place, too") {
            onSmallStack {
                runTest(UnconfinedTestDispatcher()) {
                    val manager = OffloadManager(context = UnconfinedTestDispatcher(testScheduler))
                    val thread = Thread.currentThread()
                    manager.scope("top") {
                        nested(DEEP) {
                            delay(1_000)
                            Thread.currentThread() shouldBeSameInstanceAs thread
                        }
                    }
                    currentTime shouldBe 1_000
                    manager.cancel()
                }
            }
        }

        test("E4: a scope waits for the plain coroutines of one opened under it, also where it was cancelled") {
            managerTest { manager ->
                var ended = false
                shouldThrow<ScopeClosedException> {
                    manager.scope("outer") {
                        openScope("inner").launch(start = CoroutineStart.UNDISPATCHED) {
                            try {
                                awaitCancellation()
                            } finally {
                                withContext(NonCancellable) { delay(1_000) }
                                ended = true
                            }
                        }
                        cancel()
                        awaitCancellation()
                    }
                }
                ended shouldBe true
                currentTime shouldBe 1_000
            }
        }

        test("E4: a scope waits for the plain coroutines of one opened under it and completed") {
            managerTest { manager ->
                var ended = false
                manager.scope("outer") {
                    val inner = openScope("inner")
                    inner.complete()
                    inner.launch { delay(1_000).also { ended = true } }
                }
                ended shouldBe true
            }
        }

        test(
            "E4: who cancels the caller of a scope cancels the plain coroutines of scopes in it, however they are nested",
        ) {
            managerTest { manager ->
                val ended = mutableListOf<String>()
                suspend fun OffloadScope.plain(name: String) {
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        try {
                            awaitCancellation()
                        } finally {
                            ended += name
                        }
                    }
                }
                val caller = launch(start = CoroutineStart.UNDISPATCHED) {
                    manager.scope("outer") {
                        plain("outer")
                        openScope("opened").plain("opened")
                        scope("inner") {
                            plain("inner")
                            manager.scope("of the manager") {
                                plain("of the manager")
                                awaitCancellation()
                            }
                        }
                    }
                }
                caller.cancelAndJoin()
                ended.sorted() shouldContainExactly listOf("inner", "of the manager", "opened", "outer")
            }
        }

        test("E4: a failure in a scope inside a failFast one reaches its caller, who may go on") {
            managerTest { manager ->
                manager.scope("outer", failFast = true) {
                    val plain = async { delay(1_000).let { "plain" } }
                    val job = submit(LOAD.key(1)) { delay(1_000).let { " job" } }
                    shouldThrow<IllegalStateException> {
                        scope("inner", failFast = true) {
                            launch { error("plain") }
                            awaitCancellation()
                        }
                    }.message shouldBe "plain"
                    plain.await() + job.await()
                } shouldBe "plain job"
            }
        }
    })

private suspend fun <R> OffloadScope.nested(
    depth: Int,
    failFast: Boolean = false,
    innermost: suspend OffloadScope.() -> R,
): R = if (depth == 0) innermost() else scope("nested", failFast) { nested(depth - 1, failFast, innermost) }

private suspend fun <R> inEachOther(manager: OffloadManager, depth: Int, innermost: suspend () -> R): R =
    if (depth == 0) innermost() else manager.scope("of the manager") { inEachOther(manager, depth - 1, innermost) }

private fun OffloadManager.chain(depth: Int): List<OffloadScope> =
    generateSequence(openScope("top")) { it.openScope("below") }.take(depth).toList()

/** The coroutines of opened scopes end a moment after all in them has. */
private suspend fun OffloadManager.joinOpened() = coroutineContext.job.children.forEach { it.join() }
