package dev.offload.coroutines

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.ThreadContextElement
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withContext
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration.Companion.seconds

/** A trace as tracing libraries carry it: an element of the context that shows in a thread local. */
private class Trace(val id: String) : ThreadContextElement<String?> {
    override val key get() = Key

    override fun updateThreadContext(context: CoroutineContext): String? = CURRENT.get().also { CURRENT.set(id) }

    override fun restoreThreadContext(context: CoroutineContext, oldState: String?) = CURRENT.set(oldState)

    companion object Key : CoroutineContext.Key<Trace> {
        val CURRENT = ThreadLocal<String?>()
    }
}

class ContextSpec :
    FunSpec({
        test("C1: a scope's jobs run with the context of its caller, without its Job") {
            managerTest { manager ->
                withContext(Trace("request") + CoroutineName("caller")) {
                    manager.scope("request") {
                        submit(LOAD.key(1)) {
                            delay(1.seconds)
                            currentCoroutineContext()[CoroutineName]!!.name shouldBe "user.load"
                            Trace.CURRENT.get()!!
                        }.await() shouldBe "request"
                    }
                }
            }
        }

        test("C1: a call takes thread-context elements of its caller, never Job, dispatcher or exception handler") {
            managerTest { manager ->
                val handler = CoroutineExceptionHandler { _, _ -> }
                val ownDispatcher = currentCoroutineContext()[ContinuationInterceptor]
                withContext(Dispatchers.Unconfined + Trace("first") + handler + CoroutineName("first")) {
                    val callerJob = currentCoroutineContext()[Job]!!
                    manager.call(LOAD.key(1)) {
                        val context = currentCoroutineContext()
                        context[CoroutineExceptionHandler].shouldBeNull()
                        context[CoroutineName]!!.name shouldBe "user.load"
                        context[ContinuationInterceptor] shouldBeSameInstanceAs
                            manager.coroutineContext[ContinuationInterceptor]
                        callerJob.children.any { it === context[Job] } shouldBe false
                        Trace.CURRENT.get()!!
                    } shouldBe "first"
                }
                currentCoroutineContext()[ContinuationInterceptor] shouldBeSameInstanceAs ownDispatcher
            }
        }

        test("C1: who joins a job does not change its context, nor gets the starter's") {
            managerTest { manager ->
                val go = CompletableDeferred<Unit>()
                val first =
                    async(Trace("first")) {
                        manager.call(LOAD.key(1)) { go.await().let { Trace.CURRENT.get()!! } }
                    }
                runCurrent()
                val second =
                    async(Trace("second")) {
                        manager.call(LOAD.key(1)) { "not run" } + Trace.CURRENT.get()
                    }
                runCurrent()
                go.complete(Unit)
                first.await() shouldBe "first"
                second.await() shouldBe "firstsecond"
            }
        }

        test("C1: the other verbs take what they are given; a Job is refused for a job of one's own") {
            managerTest { manager ->
                manager.submit(LOAD.key(1), context = Trace("given")) { Trace.CURRENT.get()!! }.await() shouldBe "given"
                manager.share(LOAD.key(2), context = Trace("given") + Job()) { Trace.CURRENT.get()!! }.await() shouldBe
                    "given"
                var spawned: String? = null
                manager.spawn("audit", Trace("given")) { spawned = Trace.CURRENT.get() }
                manager.joinAll()
                spawned shouldBe "given"
                shouldThrow<IllegalArgumentException> { manager.submit(LOAD.key(3), context = Job()) { "" } }
            }
        }

        test("C1: in a body currentOffload tells key and scope, in functions that do not suspend, and nowhere else") {
            managerTest { manager ->
                fun plain() = currentOffload()
                plain().shouldBeNull()
                manager.scope("request") {
                    val scope = this
                    submit(LOAD.key(1)) {
                        delay(1.seconds)
                        plain()!!.key shouldBe LOAD.key(1)
                        launch { plain()!!.scope shouldBeSameInstanceAs scope }
                        manager.call(COUNT.key(1)) {
                            plain()!!.scope.let { it shouldBeSameInstanceAs manager }.let { 1 }
                        }
                        plain()!!.key.kind().name()
                    }.await() shouldBe "user.load"
                    plain().shouldBeNull()
                }
            }
        }
    })
