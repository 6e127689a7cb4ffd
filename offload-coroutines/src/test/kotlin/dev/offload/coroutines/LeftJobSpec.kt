package dev.offload.coroutines

import dev.offload.ConcurrencyLimit
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.coroutines.stress.bounded
import dev.offload.coroutines.stress.realManager
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.consumeEach
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.produceIn
import kotlinx.coroutines.flow.single
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

private val A = OffloadKind.named<Any, Int>("a")
private val B = OffloadKind.named<Any, Int>("b")

/** The context of a body without its job: what one gets who starts a coroutine elsewhere with all the rest. */
private suspend fun carried(): CoroutineContext = currentCoroutineContext().minusKey(Job)

/** Each runs the code in a coroutine that left the body it is called in. */
@OptIn(DelicateCoroutinesApi::class)
private val LEAVES: Map<String, suspend (CoroutineScope, suspend () -> Int) -> Deferred<Int>> = mapOf(
    "launched in another scope" to { app, code -> app.async(carried()) { code() } },
    "launched there in place" to { app, code -> app.async(carried(), CoroutineStart.UNDISPATCHED) { code() } },
    "launched globally" to { _, code -> GlobalScope.async(carried()) { code() } },
    "launched with a job of its own" to { _, code -> CoroutineScope(carried() + SupervisorJob()).async { code() } },
    "launched as nobody's child" to { _, code ->
        CoroutineScope(currentCoroutineContext()).async(carried() + NonCancellable) { code() }
    },
    "in calls of others" to { app, code ->
        app.async(carried()) { withContext(NonCancellable) { coroutineScope { async { code() }.await() } } }
    },
    "unconfined" to { app, code -> app.async(carried() + Dispatchers.Unconfined) { code() } },
)

/** Each runs the code in the body it is called in. */
private val STAYS: Map<String, suspend (OffloadManager, suspend () -> Int) -> Int> = mapOf(
    "itself" to { _, code -> code() },
    "in coroutineScope" to { _, code -> coroutineScope { code() } },
    "in supervisorScope" to { _, code -> supervisorScope { async { code() }.await() } },
    "in withTimeout" to { _, code -> withTimeout(1.minutes) { code() } },
    "in withContext(NonCancellable)" to { _, code -> withContext(NonCancellable) { code() } },
    "in children of that" to { _, code -> withContext(NonCancellable) { coroutineScope { async { code() }.await() } } },
    "in a call with another job" to { _, code -> withContext(Job()) { code() } },
    "on another dispatcher" to { _, code -> withContext(Dispatchers.IO) { code() } },
    "unconfined" to { _, code -> withContext(Dispatchers.Unconfined) { code() } },
    "in a flow" to { _, code -> flow { emit(code()) }.flowOn(Dispatchers.IO).single() },
    "in a producer" to { _, code -> coroutineScope { flow { emit(code()) }.produceIn(this).receive() } },
    "in a scope" to { manager, code -> manager.scope("one") { code() } },
    "in a scope in a scope" to { manager, code ->
        manager.scope("one") { scope("two") { scope("three") { async { code() }.await() } } }
    },
    "in a scope opened in a scope" to { manager, code ->
        manager.scope("one") {
            val opened = openScope("two")
            opened.async { code() }.await().also { opened.complete() }
        }
    },
    "in a child of a child" to { _, code ->
        coroutineScope { async { coroutineScope { async { async { code() }.await() }.await() } }.await() }
    },
)

class LeftJobSpec :
    FunSpec({
        for ((how, leave) in LEAVES) {
            test("E5: code that left its job waits for it without closing a circle: $how") {
                bounded {
                    val manager = realManager()
                    val app = CoroutineScope(Dispatchers.Default)
                    lateinit var left: Deferred<Int>
                    manager.call(A.key(1)) {
                        val asks = CompletableDeferred<Unit>()
                        left = leave(app) {
                            val own = manager.share(A.key(1)) { error("it is in flight") }
                            coroutineScope {
                                val waits = async(start = CoroutineStart.UNDISPATCHED) { own.await() }
                                asks.complete(Unit) // the body has not ended, and that one waits for it
                                waits.await()
                            }
                        }
                        asks.await()
                        1
                    } shouldBe 1
                    left.await() shouldBe 1
                    manager.shutdown(10.seconds)
                }
            }

            test("C1: code that left its job is in none, before its end and after: $how") {
                bounded {
                    val manager = realManager()
                    val app = CoroutineScope(Dispatchers.Default)
                    val looked = CompletableDeferred<Any?>()
                    val ended = CompletableDeferred<Unit>()
                    lateinit var left: Deferred<Int>
                    manager.call(A.key(1)) {
                        left = leave(app) {
                            looked.complete(currentOffload())
                            ended.await()
                            currentOffload() shouldBe null
                            7
                        }
                        currentOffload()?.key shouldBe A.key(1)
                        looked.await() shouldBe null
                        currentOffload()?.key shouldBe A.key(1)
                        1
                    }
                    ended.complete(Unit)
                    left.await() shouldBe 7
                    manager.shutdown(10.seconds)
                }
            }
        }

        for ((how, stay) in STAYS) {
            test("E5: what a body waits for in its calls and children closes a circle: $how") {
                bounded {
                    val manager = realManager()
                    manager.call(A.key(1)) {
                        stay(manager) {
                            currentOffload()?.key shouldBe A.key(1)
                            shouldThrow<OffloadCycleException> { manager.call(A.key(1)) { 0 } }
                                .kinds() shouldContainExactly listOf("a", "a")
                            yield()
                            currentOffload()?.key shouldBe A.key(1)
                            5
                        }
                    } shouldBe 5
                    manager.shutdown(10.seconds)
                }
            }
        }

        test("E5: an actor made in a body that goes on after it is in no job") {
            bounded {
                val manager = realManager()
                val mailbox = Channel<CompletableDeferred<Int>>()
                val app = CoroutineScope(Dispatchers.Default)
                manager.call(A.key(1)) {
                    app.launch(carried()) {
                        mailbox.consumeEach { it.complete(manager.call(A.key(1)) { manager.call(B.key(1)) { 3 } }) }
                    }
                    1
                }
                val answer = CompletableDeferred<Int>()
                mailbox.send(answer)
                manager.call(B.key(2)) { answer.await() } shouldBe 3
                mailbox.close()
                manager.shutdown(10.seconds)
            }
        }

        test("E5: a child of one body that carries the context of another one waits for the first") {
            bounded {
                val manager = realManager()
                val context = CompletableDeferred<CoroutineContext>()
                val end = CompletableDeferred<Unit>()
                val other = manager.share(B.key(1)) {
                    context.complete(carried())
                    end.await()
                    2
                }
                manager.call(A.key(1)) {
                    async(context.await()) {
                        currentOffload()?.key shouldBe A.key(1)
                        shouldThrow<OffloadCycleException> { manager.call(A.key(1)) { 0 } }
                        end.complete(Unit)
                        other.await()
                    }.await()
                } shouldBe 2
                manager.shutdown(10.seconds)
            }
        }

        test("E5: an unconfined caller who is resumed by a body, and waits for that one, closes no circle") {
            bounded {
                val manager = realManager()
                val resume = CompletableDeferred<Unit>()
                val caller = CoroutineScope(Dispatchers.Unconfined).async {
                    resume.await()
                    manager.call(A.key(1)) { 0 }
                }
                manager.call(A.key(1)) {
                    resume.complete(Unit)
                    1
                } shouldBe 1
                caller.await() shouldBe 1
                manager.shutdown(10.seconds)
            }
        }

        test("C1: a caller whom a cancel in a body resumes in place is in no job") {
            managerTest { manager ->
                val held = manager.submit(B.key(1)) { CompletableDeferred<Int>().await() }
                val caller = CoroutineScope(UnconfinedTestDispatcher(testScheduler)).async {
                    runCatching { held.await() }
                    currentOffload()
                }
                manager.call(A.key(1)) {
                    yield()
                    manager.cancel(B.key(1)) shouldBe true
                    currentOffload()?.key shouldBe A.key(1)
                    1
                } shouldBe 1
                caller.await() shouldBe null
            }
        }

        test("C1: a caller whom the end of a body resumes in place is in no job") {
            managerTest { manager ->
                val job = manager.submit(A.key(1)) { 1 }
                val caller = CoroutineScope(UnconfinedTestDispatcher(testScheduler)).async {
                    job.await()
                    currentOffload()
                }
                caller.await() shouldBe null
            }
        }

        test("E5: runBlocking in a body closes a circle, tells the job, and lends its permits") {
            bounded {
                val one = OffloadConfig.builder()
                    .kind(A, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1)))
                    .build()
                val manager = OffloadManager(one, Dispatchers.IO, null)
                fun blocking(): Int = runBlocking {
                    currentOffload()?.key shouldBe A.key(1)
                    shouldThrow<OffloadCycleException> { manager.call(A.key(1)) { 0 } }
                    coroutineScope {
                        val two = async { manager.call(A.key(2)) { 2 } }
                        manager.submit(A.key(3)) { 3 }.join()
                        manager.scope("one") { submit(A.key(4)) { 4 } }
                        two.await()
                    }
                }
                manager.call(A.key(1)) { blocking() } shouldBe 2
                manager.shutdown(10.seconds)
            }
        }

        test("E5: runBlocking with the context of the body is of the body, and without its job it is not") {
            bounded {
                val manager = realManager(Dispatchers.IO)
                manager.call(A.key(1)) {
                    val context = currentCoroutineContext()
                    runBlocking(context) {
                        shouldThrow<OffloadCycleException> { manager.call(A.key(1)) { 0 } }
                    }
                    runBlocking(context.minusKey(ContinuationInterceptor)) {
                        shouldThrow<OffloadCycleException> { manager.call(A.key(1)) { 0 } }
                    }
                    runBlocking(context.minusKey(Job)) { currentOffload() } shouldBe null
                    currentOffload()?.key shouldBe A.key(1)
                    1
                } shouldBe 1
                manager.shutdown(10.seconds)
            }
        }

        test("R10: coroutines 100,000 deep inside each other in a body wait each in a step or two") {
            bounded {
                val manager = realManager()
                val depth = 100_000
                suspend fun down(left: Int): Int = if (left == 0) {
                    0
                } else {
                    withContext(Dispatchers.Default) {
                        yield()
                        val below = down(left - 1)
                        manager.call(B.key(left)) { 1 }
                        below + 1
                    }
                }
                manager.call(A.key(1)) { down(depth) } shouldBe depth
                manager.shutdown(10.seconds)
            }
        }
    })
