package dev.offload.coroutines

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.OffloadCycleException
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.coroutines.stress.bounded
import dev.offload.coroutines.stress.realManager
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

class CycleSpec :
    FunSpec({
        val a = OffloadKind.named<Any, Int>("a")
        val b = OffloadKind.named<Any, Int>("b")
        val c = OffloadKind.named<Any, Int>("c")

        test("E5: a body that calls its own key is told, with the way around") {
            managerTest { manager ->
                val cycle =
                    shouldThrow<OffloadCycleException> {
                        manager.call(a.key(1)) { manager.call(a.key(1)) { 1 } }
                    }
                cycle.kinds() shouldContainExactly listOf("a", "a")
            }
        }

        test("E5: await and join of the own handle, in a child coroutine and outside of cancellation too") {
            managerTest { manager ->
                lateinit var own: OffloadDeferred<Int>
                own =
                    manager.submit(a.key(1)) {
                        delay(1.seconds)
                        shouldThrow<OffloadCycleException> { own.await() }
                        shouldThrow<OffloadCycleException> { own.join() }
                        coroutineScope { launch { shouldThrow<OffloadCycleException> { own.await() } } }
                        withContext(NonCancellable) { shouldThrow<OffloadCycleException> { own.join() } }
                        1
                    }
                own.await() shouldBe 1
            }
        }

        test("E5: a circle of three jobs is broken where it closes; the others get what that body makes of it") {
            managerTest { manager ->
                manager
                    .call(a.key(1)) {
                        manager.call(b.key(1)) {
                            manager.call(c.key(1)) {
                                shouldThrow<OffloadCycleException> {
                                    manager.call(a.key(1)) { 0 }
                                }.kinds() shouldContainExactly
                                    listOf("c", "a", "b", "c")
                                3
                            }
                        }
                    } shouldBe 3
            }
        }

        test("E5: a wait that was given up closes no circle") {
            managerTest { manager ->
                lateinit var second: OffloadDeferred<Int>
                val first = manager.submit(a.key(1)) {
                    withTimeoutOrNull(1.seconds) { second.await() }
                    delay(2.seconds)
                    1
                }
                second = manager.submit(b.key(1)) { delay(2.seconds).let { first.await() + 1 } }
                second.await() shouldBe 2
            }
        }

        test("E5: a body may cancel a job that waits for it, and then wait for its end") {
            for (wait in waits()) {
                managerTest { manager ->
                    lateinit var waiter: OffloadDeferred<Int>
                    val body = manager.submit(b.key(1)) {
                        delay(1.seconds)
                        waiter.cancel() shouldBe true
                        waiter.join()
                        1
                    }
                    waiter = manager.submit(a.key(1)) { wait(manager, body).let { 0 } }
                    body.await() shouldBe 1
                    waiter.jobState() shouldBe JobState.CANCELLED
                }
            }
        }

        test("E5: a wait that a cancel does not end closes a circle, though its job is being cancelled") {
            managerTest { manager ->
                lateinit var waiter: OffloadDeferred<Int>
                val body = manager.submit(b.key(1)) {
                    delay(1.seconds)
                    waiter.cancel() shouldBe true
                    shouldThrow<OffloadCycleException> { waiter.join() }
                    1
                }
                waiter = manager.submit(a.key(1)) { withContext(NonCancellable) { body.await() } }
                body.await() shouldBe 1
                waiter.join()
            }
        }

        test("E5: joinAll in a body waits for that body, and is refused") {
            managerTest { manager ->
                manager.submit(a.key(1)) {
                    shouldThrow<OffloadCycleException> { manager.joinAll() }.let { 1 }
                }.await() shouldBe
                    1
            }
        }

        test("E5: the end of a scope in a body, when a job of that scope waits for the body") {
            managerTest { manager ->
                lateinit var outer: OffloadDeferred<Int>
                var thrown = 0
                outer =
                    manager.submit(a.key(1)) {
                        delay(1.seconds)
                        try {
                            manager.scope("inner") {
                                submit(b.key(1)) {
                                    delay(1.seconds)
                                    try {
                                        outer.await()
                                    } catch (e: OffloadCycleException) {
                                        thrown++
                                        throw e
                                    }
                                }
                            }
                        } catch (e: OffloadCycleException) {
                            thrown++
                        }
                        1
                    }
                outer.await() shouldBe 1
                thrown shouldBe 1
            }
        }

        test("E5: a dying body that waits for its own successor") {
            managerTest { manager ->
                var seen = false
                manager.submit(a.key(1)) {
                    try {
                        awaitCancellation()
                    } finally {
                        withContext(NonCancellable) {
                            shouldThrow<OffloadCycleException> { manager.call(a.key(1)) { 2 } }
                            seen = true
                        }
                    }
                }
                runCurrent()
                manager.submit(a.key(1), ConflictPolicy.REPLACE) { 2 }.await() shouldBe 2
                seen shouldBe true
            }
        }

        test("E5: concurrent awaits that are no circle raise no alarm, nor do waits one after the other") {
            managerTest { manager ->
                manager
                    .call(a.key(1)) {
                        coroutineScope {
                            val first =
                                async {
                                    manager.call(b.key(1)) { delay(1.seconds).let { manager.call(c.key(1)) { 1 } } }
                                }
                            val second = async { manager.call(c.key(1)) { delay(2.seconds).let { 1 } } }
                            val third = async { manager.call(b.key(2)) { manager.call(c.key(1)) { 1 } } }
                            first.await() + second.await() + third.await() + manager.call(b.key(1)) { 1 }
                        }
                    } shouldBe 4
            }
        }

        test("E5: of racing waits that close a circle at least one is told, and nobody hangs") {
            bounded {
                val manager = realManager()
                var told = 0
                repeat(2_000) { round ->
                    val go = CompletableDeferred<Unit>()
                    lateinit var first: OffloadDeferred<Int>
                    lateinit var second: OffloadDeferred<Int>
                    first = manager.submit(a.key(round)) { go.await().let { second.await() } }
                    second = manager.submit(b.key(round)) { go.await().let { first.await() } }
                    go.complete(Unit)
                    val failures = listOf(first, second).map { runCatching { it.await() }.exceptionOrNull() }
                    if (failures.any { it is OffloadCycleException }) told++
                }
                told shouldBe 2_000
            }
        }

        test("E5: handles awaited by many bodies while they end raise no false alarm") {
            bounded {
                val manager = realManager()
                repeat(1_000) { round ->
                    val shared = manager.share(c.key(round)) { 1 }
                    val jobs = List(4) { n -> manager.submit(a.key("$round.$n")) { shared.await() } }
                    jobs.sumOf { it.await() } shouldBe 4
                }
            }
        }
    })

/** The ways of a body to wait for another job. */
private fun waits(): List<suspend (OffloadManager, OffloadDeferred<Int>) -> Unit> = listOf(
    { _, other -> other.await() },
    { _, other -> other.join() },
    { manager, other -> manager.call(other.key() as OffloadKey.Keyed<Int>) { 0 } },
    { _, other -> coroutineScope { launch { other.await() } } },
    { manager, other ->
        manager.scope("below") { submit(OTHER.key(1)) { other.await() } }
    },
)

private val OTHER = OffloadKind.named<Any, Int>("other")
