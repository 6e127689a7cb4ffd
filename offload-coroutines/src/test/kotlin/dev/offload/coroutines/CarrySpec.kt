package dev.offload.coroutines

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/** C1: plain elements that jobs of the manager take along from who starts them. */
class CarrySpec :
    FunSpec({
        for ((verb, startWith) in starts()) {
            test("C1: a job of $verb has the elements whose keys the manager was told, and no other plain ones") {
                carrying(setOf(Tenant)) { manager ->
                    manager.startWith(Tenant("a") + Locale("en")) shouldBe "a null"
                    manager.startWith(EmptyCoroutineContext) shouldBe "null null"
                }
                carrying(setOf(Tenant, Locale)) { manager ->
                    manager.startWith(Tenant("a") + Locale("en")) shouldBe "a en"
                }
                carrying(emptySet()) { manager ->
                    manager.startWith(Tenant("a") + Locale("en")) shouldBe "null null"
                }
            }
        }

        test("C1: share and spawn in a scope take what the scope captured, and what they are given goes before") {
            carrying(setOf(Tenant)) { manager ->
                withContext(Tenant("a") + Locale("en")) {
                    manager.scope("request") {
                        share(LOAD.key(1)) { seen() }.await() shouldBe "a null"
                        share(LOAD.key(1), context = Tenant("b")) { seen() }.await() shouldBe "b null"
                        val spawned = CompletableDeferred<String>()
                        spawn("audit") { spawned.complete(seen()) }
                        spawned.await() shouldBe "a null"
                        scope("below") { share(LOAD.key(1)) { seen() }.await() } shouldBe "a null"
                        // Its own jobs have all of its caller's context, as ever.
                        submit(LOAD.key(1)) { seen() }.await() shouldBe "a en"
                    }
                }
            }
        }

        test("C1: who joins a job changes nothing in it; coroutines of the body have its elements, too") {
            carrying(setOf(Tenant)) { manager ->
                val go = CompletableDeferred<Unit>()
                val first = async(Tenant("first")) {
                    manager.call(LOAD.key(1)) {
                        go.await()
                        async { seen() }.await()
                    }
                }
                runCurrent()
                val second =
                    async(Tenant("second")) { manager.call(LOAD.key(1)) { error("joined, so it does not run") } }
                runCurrent()
                go.complete(Unit)
                first.await() shouldBe "first null"
                second.await() shouldBe "first null"
            }
        }

        test("C1: an element of the manager's own context gives way to that of who starts a job") {
            carrying(setOf(Tenant), Tenant("of the manager")) { manager ->
                manager.call(LOAD.key(1)) { seen() } shouldBe "of the manager null"
                withContext(Tenant("a")) { manager.call(LOAD.key(1)) { seen() } } shouldBe "a null"
            }
        }

        test("C1: the keys are those that the manager was made with, whatever becomes of the set") {
            val keys = mutableSetOf<CoroutineContext.Key<*>>(Tenant)
            carrying(keys) { manager ->
                keys.clear()
                keys += Locale
                withContext(Tenant("a") + Locale("en")) { manager.call(LOAD.key(1)) { seen() } } shouldBe "a null"
            }
        }

        for (key in listOf(Job, ContinuationInterceptor, CoroutineExceptionHandler)) {
            test("C1: ${key.javaClass.name} cannot be carried") {
                shouldThrow<IllegalArgumentException> { OffloadManager(carry = setOf(Tenant, key)) }
                    .message!! shouldContain key.javaClass.name
            }
        }
    })

private class Tenant(val name: String) : AbstractCoroutineContextElement(Tenant) {
    companion object Key : CoroutineContext.Key<Tenant>
}

private class Locale(val name: String) : AbstractCoroutineContextElement(Locale) {
    companion object Key : CoroutineContext.Key<Locale>
}

private suspend fun seen(): String = currentCoroutineContext().run { "${get(Tenant)?.name} ${get(Locale)?.name}" }

/** Each verb that starts a job of the manager: what the body of a job sees that is started with a context. */
private fun starts(): Map<String, suspend OffloadManager.(CoroutineContext) -> String> = mapOf(
    "call" to { context -> withContext(context) { call(LOAD.key(1)) { seen() } } },
    "call within a scope" to { context -> withContext(context) { scope("request") { call(LOAD.key(1)) { seen() } } } },
    "share" to { context -> share(LOAD.key(1), context = context) { seen() }.await() },
    "spawn" to { context ->
        CompletableDeferred<String>().also { spawn("a", context) { it.complete(seen()) } }.await()
    },
)

private fun carrying(
    keys: Set<CoroutineContext.Key<*>>,
    context: CoroutineContext = EmptyCoroutineContext,
    test: suspend TestScope.(OffloadManager) -> Unit,
) = runTest {
    val manager = OffloadManager(context = StandardTestDispatcher(testScheduler) + context, carry = keys)
    try {
        test(manager)
    } finally {
        manager.cancel()
    }
}
