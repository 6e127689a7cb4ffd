package dev.offload.coroutines.hostile

import dev.offload.JobState
import dev.offload.coroutines.LOAD
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.cancel
import dev.offload.coroutines.complete
import dev.offload.coroutines.forgetUncaught
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.job
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.ContinuationInterceptor

/** R9: the dispatcher of a scope that was opened without a block, when the scope itself has to go on there. */
class HostileScopeSpec :
    StringSpec({
        afterSpec { forgetUncaught() }

        fun OffloadScope.shouldEnd() = inTime("the scope ends") { coroutineContext.job.join() }

        for (thrown in Thrown.entries) {
            /** A scope on a dispatcher that throws from when it is told to. */
            fun withScope(test: (OffloadScope, OffloadManager, refuse: () -> Unit) -> Unit) {
                val refuses = AtomicBoolean()
                val manager = OffloadManager(context = HostileDispatcher { if (refuses.get()) thrown.raise() })
                test(manager.openScope("request"), manager) { refuses.set(true) }
                refuses.set(false)
                manager.shouldComeToRest()
            }

            "R9: a scope ends that is completed when its dispatcher throws $thrown, and nobody meets that" {
                withScope { scope, _, refuse ->
                    scope.submit(LOAD.key(1)) { "value" }.outcome().getOrThrow() shouldBe "value"
                    refuse()
                    inTime("complete") { scope.complete() }
                    scope.shouldEnd()
                }
            }

            "R9: a scope ends that is cancelled when its dispatcher throws $thrown, and so do those in it" {
                withScope { scope, _, refuse ->
                    val inner = scope.openScope("inner")
                    val begun = CompletableDeferred<Unit>()
                    val job = inner.submit(LOAD.key(1)) {
                        begun.complete(Unit)
                        awaitCancellation()
                    }
                    inTime("the body begins") { begun.await() }
                    refuse()
                    inTime("cancel") { scope.cancel() }
                    inner.shouldEnd()
                    scope.shouldEnd()
                    job.jobState() shouldBe JobState.CANCELLED
                }
            }

            "R9: a scope ends whose last job ends when its dispatcher throws $thrown" {
                withScope { scope, _, refuse ->
                    val gate = CompletableDeferred<Unit>()
                    val job = scope.submit(LOAD.key(1)) {
                        gate.await()
                        refuse()
                        "value"
                    }
                    scope.complete()
                    gate.complete(Unit)
                    job.outcome().getOrThrow() shouldBe "value"
                    scope.shouldEnd()
                }
            }

            "R9: a scope ends whose manager is cancelled when its dispatcher throws $thrown" {
                withScope { scope, manager, refuse ->
                    refuse()
                    inTime("cancel") { manager.cancel() }
                    scope.shouldEnd()
                }
            }
        }

        "R9: a dispatcher that blocks does not hold up who completes a scope" {
            withBlock { block ->
                val blocks = AtomicBoolean()
                val manager = OffloadManager(context = HostileDispatcher { if (blocks.get()) block.hold() })
                val scope = manager.openScope("request")
                blocks.set(true)
                inTime("complete") { scope.complete() }
                block.release()
                scope.shouldEnd()
                blocks.set(false)
                manager.shouldComeToRest()
            }
        }

        "R9: what waits for a parent and blocks holds up neither the scope nor those above it" {
            withBlock { block ->
                val manager = OffloadManager()
                val outer = manager.openScope("outer")
                val parent = Job()
                val scope = outer.openScope("request", parent = parent)
                parent.invokeOnCompletion { block.hold() }
                parent.complete()
                scope.complete()
                outer.complete()
                block.awaitArrival()
                scope.shouldEnd()
                outer.shouldEnd()
                manager.shouldComeToRest()
            }
        }

        "R9: what waits for a parent and throws costs no scope its end" {
            val manager = OffloadManager()
            val parent = Job()
            val scope = manager.openScope("request", parent = parent)
            parent.invokeOnCompletion { error("of a handler") }
            parent.complete()
            scope.complete()
            scope.shouldEnd()
            inTime("the parent ends") { parent.join() }
            manager.shouldComeToRest()
        }

        "R9: an element that throws when it is copied refuses the scope, and none stays open" {
            val manager = OffloadManager()
            shouldThrow<IllegalStateException> {
                manager.openScope("request", context = CopiedElement { error("of an element") })
            }
            manager.shouldComeToRest()
        }

        "R9: plain coroutines of a scope have the dispatcher that was given, and not what the scope goes on with" {
            val dispatcher = HostileDispatcher {}
            val manager = OffloadManager(context = dispatcher)
            val scope = manager.openScope("request")
            val seen = scope.async { coroutineContext[ContinuationInterceptor] }
            inTime("a plain coroutine") { seen.await() }!! shouldBeSameInstanceAs dispatcher
            scope.complete()
            scope.shouldEnd()
            manager.shouldComeToRest()
        }
    })
