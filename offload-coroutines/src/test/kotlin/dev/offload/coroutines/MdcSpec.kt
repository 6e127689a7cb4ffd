package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.OffloadKind
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.slf4j.MDCContext
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.slf4j.MDC
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.EmptyCoroutineContext

/** C1 with the thread-context element most users have. */
class MdcSpec :
    FunSpec({
        beforeTest { MDC.clear() }
        afterTest { MDC.get(REQUEST).shouldBeNull() }

        test("C1: jobs of a scope log with the MDC of the scope's caller, also after a suspension and in children") {
            managerTest { manager ->
                request("a") {
                    manager.scope("request") {
                        submit(LOAD.key(1)) {
                            val before = MDC.get(REQUEST)
                            yield()
                            val child = async { MDC.get(REQUEST) }
                            "$before ${MDC.get(REQUEST)} ${child.await()}"
                        }.await() shouldBe "a a a"
                        scope("below") { submit(LOAD.key(2)) { MDC.get(REQUEST) }.await() } shouldBe "a"
                    }
                }
            }
        }

        test("C1: a scope takes the MDC as it was when the scope began, whatever its caller puts there later") {
            managerTest { manager ->
                request("a") {
                    manager.scope("request") {
                        MDC.put(REQUEST, "changed")
                        submit(LOAD.key(1)) { MDC.get(REQUEST) }.await() shouldBe "a"
                    }
                }
            }
        }

        test("C1: call takes the MDC of its caller, and leaves it in place") {
            managerTest { manager ->
                request("a") {
                    manager.call(LOAD.key(1)) {
                        yield()
                        MDC.get(REQUEST).also { MDC.put(REQUEST, "of the body") }
                    } shouldBe "a"
                    MDC.get(REQUEST) shouldBe "a"
                    manager.scope("request") { call(LOAD.key(2)) { MDC.get(REQUEST) } } shouldBe "a"
                }
            }
        }

        for ((verb, run) in otherVerbs()) {
            test("C1: $verb on the manager takes the MDC it is given as context, and none by itself") {
                managerTest { manager ->
                    request("a") {
                        manager.run(true) shouldBe "a"
                        manager.run(false) shouldBe null
                    }
                }
            }
        }

        for ((verb, run) in otherVerbs().filterKeys { it in setOf("share", "tryShare", "shareWhenRoom", "spawn") }) {
            test(
                "C1: $verb in a scope gives the manager's job what the scope captured, and what it is given goes before",
            ) {
                managerTest { manager ->
                    request("a") {
                        manager.scope("request") {
                            run(false) shouldBe "a"
                            request("b") { run(true) shouldBe "b" }
                            request("b") { run(false) shouldBe "a" }
                            scope("below") { run(false) shouldBe "a" }
                            val opened = openScope("opened")
                            opened.run(false) shouldBe "a"
                            opened.cancel()
                        }
                        val opened = manager.openScope("opened")
                        opened.run(false) shouldBe null
                        opened.cancel()
                    }
                }
            }
        }

        test("C1: the MDC of whoever joins reaches neither the job nor its children, and each caller keeps its own") {
            managerTest { manager ->
                val key = LOAD.key(1)
                val go = CompletableDeferred<Unit>()
                val seen = ArrayList<String?>()
                val first = async(MDCContext(mapOf(REQUEST to "first"))) {
                    val value = manager.call(key) {
                        go.await()
                        seen += MDC.get(REQUEST)
                        launch { seen += MDC.get(REQUEST) }.join()
                        yield()
                        MDC.get(REQUEST)
                    }
                    value to MDC.get(REQUEST)
                }
                runCurrent()
                val second = async(MDCContext(mapOf(REQUEST to "second"))) {
                    val value = manager.call(key) { error("joined, so it does not run") }
                    value to MDC.get(REQUEST)
                }
                runCurrent()
                val third = async(MDCContext(mapOf(REQUEST to "third"))) {
                    manager.scope("request") {
                        val handle = share(key, context = MDCContext()) { error("joined, so it does not run") }
                        go.complete(Unit)
                        handle.await() to MDC.get(REQUEST)
                    }
                }
                first.await() shouldBe ("first" to "first")
                second.await() shouldBe ("first" to "second")
                third.await() shouldBe ("first" to "third")
                seen shouldBe listOf("first", "first")
                manager.snapshot().total().joined() shouldBe 2
            }
        }

        test("C1: a job nobody gave an MDC does not find that of whoever joins it or ends it") {
            managerTest { manager ->
                val go = CompletableDeferred<Unit>()
                val job = manager.submit(LOAD.key(1)) { go.await().let { MDC.get(REQUEST) ?: "none" } }
                runCurrent()
                request("second") {
                    val joined = manager.submit(LOAD.key(1)) { "not run" }
                    joined.joined() shouldBe true
                    go.complete(Unit)
                    joined.await() shouldBe "none"
                    MDC.get(REQUEST) shouldBe "second"
                }
                job.await() shouldBe "none"
            }
        }

        test("C1: a shared job has neither the Job nor the dispatcher, handler or name of the first caller") {
            managerTest { manager ->
                val ofManager = manager.coroutineContext[ContinuationInterceptor]!!
                val handler = CoroutineExceptionHandler { _, _ -> }
                val go = CompletableDeferred<Unit>()
                val seen = CompletableDeferred<CoroutineScope>()
                val starter = async(
                    Dispatchers.Unconfined + handler + CoroutineName("starter") + MDCContext(mapOf(REQUEST to "a")),
                ) {
                    manager.call(LOAD.key(1)) {
                        seen.complete(this)
                        go.await()
                        MDC.get(REQUEST)
                    }
                }
                val second = async { manager.call(LOAD.key(1)) { "not run" } }
                val job = seen.await().coroutineContext
                job[ContinuationInterceptor] shouldBeSameInstanceAs ofManager
                job[CoroutineExceptionHandler].shouldBeNull()
                job[CoroutineName] shouldBe CoroutineName("user.load")
                starter.children.toList().shouldBeEmpty()
                runCurrent()
                starter.cancelAndJoin()
                // It goes on for the second, with the thread context it began with.
                job.job.isActive shouldBe true
                go.complete(Unit)
                second.await() shouldBe "a"
            }
        }

        test("C1: a shared job in a scope outlives the Job of the first caller's scope") {
            managerTest { manager ->
                val go = CompletableDeferred<Unit>()
                val seen = CompletableDeferred<Job>()
                val first = launch(MDCContext(mapOf(REQUEST to "a"))) {
                    manager.scope("first") {
                        val scopeJob = coroutineContext.job
                        share(LOAD.key(1), context = currentCoroutineContext()) {
                            seen.complete(coroutineContext.job)
                            go.await()
                            MDC.get(REQUEST)
                        }
                        scopeJob shouldNotBe seen.await()
                        scopeJob.children.toList().shouldBeEmpty()
                        awaitCancellation()
                    }
                }
                runCurrent()
                val second = async { manager.call(LOAD.key(1)) { "not run" } }
                runCurrent()
                first.cancelAndJoin()
                seen.await().isActive shouldBe true
                go.complete(Unit)
                second.await() shouldBe "a"
            }
        }
    })

private const val REQUEST = "request"

private suspend fun request(id: String, handle: suspend CoroutineScope.() -> Unit) =
    withContext(MDCContext(mapOf(REQUEST to id)), handle)

/** The verbs that do not suspend, with `context = MDCContext()` or nothing; each answers what its body saw. */
private fun otherVerbs(): Map<String, suspend OffloadScope.(Boolean) -> String?> {
    val next = generateSequence(1) { it + 1 }.iterator()
    val kind = OffloadKind.named<Any, String?>("mdc")
    fun key(): OffloadKey.Keyed<String?> = kind.key(next.next())
    fun given(isGiven: Boolean) = if (isGiven) MDCContext() else EmptyCoroutineContext
    return mapOf(
        "submit" to { submit(key(), context = given(it)) { MDC.get(REQUEST) }.await() },
        "trySubmit" to { trySubmit(key(), context = given(it)) { MDC.get(REQUEST) }.handleOrNull()!!.await() },
        "submitWhenRoom" to { submitWhenRoom(key(), context = given(it)) { MDC.get(REQUEST) }.await() },
        "share" to { share(key(), context = given(it)) { MDC.get(REQUEST) }.await() },
        "tryShare" to { tryShare(key(), context = given(it)) { MDC.get(REQUEST) }.handleOrNull()!!.await() },
        "shareWhenRoom" to { shareWhenRoom(key(), context = given(it)) { MDC.get(REQUEST) }.await() },
        "spawn" to {
            val seen = CompletableDeferred<String?>()
            spawn("audit", given(it)) { seen.complete(MDC.get(REQUEST)) }
            seen.await()
        },
    )
}
