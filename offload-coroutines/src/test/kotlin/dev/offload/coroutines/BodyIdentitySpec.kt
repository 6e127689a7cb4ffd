package dev.offload.coroutines

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.maps.shouldHaveSize
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldMatch
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/** C1: what a body is called in dumps and thread names. Assertions are on, and so is the debug mode of the coroutines. */
class BodyIdentitySpec :
    FunSpec({
        val started: Map<
            String,
            suspend (
                OffloadManager,
                CoroutineContext,
                suspend CoroutineScope.() -> Unit,
            ) -> Unit,
            > =
            mapOf(
                "submit" to { manager, context, body ->
                    manager.submit(COUNT.key(1), context = context) { body().let { 1 } }.await()
                },
                "share" to { manager, context, body ->
                    manager.share(COUNT.key(1), context = context) { body().let { 1 } }.await()
                },
                "call" to { manager, _, body -> manager.call(COUNT.key(1)) { body().let { 1 } } },
                "submit in a scope" to { manager, context, body ->
                    manager.scope("request") { submit(COUNT.key(1), context = context) { body().let { 1 } }.await() }
                },
                "share in a scope" to { manager, context, body ->
                    manager.scope("request") { share(COUNT.key(1), context = context) { body().let { 1 } }.await() }
                },
                "spawn" to { manager, context, body ->
                    manager.spawn("user.count", context = context, block = body)
                    manager.joinAll()
                },
            )

        for ((verb, start) in started) {
            test("C1: a body of $verb has the name of its kind, and a number of its own, in the names of threads") {
                val manager = OffloadManager()
                withContext(CoroutineName("caller") + Dispatchers.Default) {
                    val own = number().shouldNotBeNull()
                    val found = ArrayList<String?>()
                    repeat(2) {
                        start(manager, EmptyCoroutineContext) {
                            Thread.currentThread().name shouldMatch ".* @user\\.count#\\d+"
                            currentCoroutineContext()[CoroutineName]?.name shouldBe "user.count"
                            found += number()
                            yield()
                            number() shouldBe found.last()
                            async { Thread.currentThread().name shouldMatch ".* @user\\.count#\\d+" }.await()
                            found += async { number() }.await()
                        }
                    }
                    (found + own).filterNotNull().shouldBeUnique().size shouldBe 5
                    number() shouldBe own
                }
                manager.shutdown(kotlin.time.Duration.ZERO)
            }
        }

        test("C1: a name that a submission gives is kept") {
            managerTest { manager ->
                val job = manager.submit(LOAD.key(1), context = CoroutineName("mine")) {
                    currentCoroutineContext()[CoroutineName]?.name
                        .orEmpty()
                }
                job.await() shouldBe "mine"
            }
        }

        test("C1: the name is an element as any other: it is listed once, and can be taken out and replaced") {
            managerTest { manager ->
                manager.call(LOAD.key(1)) {
                    val context = currentCoroutineContext()
                    val names = context.fold(emptyMap<CoroutineContext.Key<*>, Int>()) { counts, element ->
                        counts + (element.key to (counts[element.key] ?: 0) + 1)
                    }
                    names.values.all { it == 1 } shouldBe true
                    names.filterKeys { it == CoroutineName }.shouldHaveSize(1)
                    context.minusKey(CoroutineName)[CoroutineName] shouldBe null
                    (context + CoroutineName("other"))[CoroutineName] shouldBe CoroutineName("other")
                    withContext(CoroutineName("other")) { currentCoroutineContext()[CoroutineName]?.name } shouldBe
                        "other"
                    "done"
                }
            }
        }
    })

/** The number that the coroutine library shows for the coroutine at hand. */
private fun number(): String? = Regex("#(\\d+)$").find(Thread.currentThread().name)?.groupValues?.get(1)
