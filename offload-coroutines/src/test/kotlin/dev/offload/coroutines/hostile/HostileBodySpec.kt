package dev.offload.coroutines.hostile

import dev.offload.CancelReason
import dev.offload.OffloadCancelledException
import dev.offload.OffloadFailedException
import dev.offload.OffloadTimeoutException
import dev.offload.coroutines.LOAD
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.cancel
import dev.offload.coroutines.forgetUncaught
import dev.offload.coroutines.isInFlight
import dev.offload.coroutines.scope
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** How a body reacts to its cancellation, in the thread that cancels it. */
private enum class Reaction {
    HANDLER {
        override suspend fun wait(begun: () -> Unit, action: () -> Unit): String = suspendCancellableCoroutine {
            it.invokeOnCancellation { action() }
            begun()
        }
    },

    /** Its continuation is resumed in place. */
    UNCONFINED {
        override val dispatcher get() = Dispatchers.Unconfined

        override suspend fun wait(begun: () -> Unit, action: () -> Unit): String = try {
            begun()
            awaitCancellation()
        } finally {
            action()
        }
    },

    /** Its dispatcher is what blocks or throws; it is asked for a second time only if the cancel comes after the suspension. */
    DISPATCHER {
        override suspend fun wait(begun: () -> Unit, action: () -> Unit): String = try {
            withContext(HostileDispatcher(Telling(begun)) { if (it > 1) action() }) { awaitCancellation() }
        } finally {
            begun()
        }
    }, ;

    open val dispatcher: CoroutineDispatcher get() = Dispatchers.Default

    /** Suspends until it is cancelled. Calls [begun] when a cancel is sure to find it so, or when it ends. */
    abstract suspend fun wait(begun: () -> Unit = {}, action: () -> Unit): String
}

/** Tells when what it was given has suspended or ended. */
private class Telling(private val told: () -> Unit) : CoroutineDispatcher() {
    override fun dispatch(context: CoroutineContext, block: Runnable) = Dispatchers.Default.dispatch(context) {
        block.run()
        told()
    }
}

class HostileBodySpec :
    StringSpec({
        afterSpec { forgetUncaught() }

        for (reaction in Reaction.entries) {
            /** A body that has begun, and does [action] when it is cancelled. */
            fun OffloadScope.begun(id: Int, timeout: Duration? = null, action: () -> Unit) = CompletableDeferred<Unit>()
                .let { begun ->
                    val handle =
                        submit(
                            LOAD.key(id),
                            timeout = timeout?.let { TimeoutPolicy(cancelAfter = it) },
                            context = reaction.dispatcher,
                        ) { reaction.wait({ begun.complete(Unit) }, action) }
                    inTime("the body begins") { begun.await() }
                    handle
                }

            "R9: withTimeout around a call returns in its time, also if the body's $reaction blocks" {
                withBlock { block ->
                    val manager = OffloadManager(context = reaction.dispatcher)
                    var id = 10
                    while (!block.isReached) { // again if the time was over before the body had begun
                        val key = LOAD.key(++id)
                        inTime("withTimeout returns") {
                            withContext(Dispatchers.Default) {
                                shouldThrow<TimeoutCancellationException> {
                                    withTimeout(50.milliseconds) {
                                        manager.call(key) { reaction.wait(action = block::hold) }
                                    }
                                }
                            }
                        }
                        until("the body reacts or has ended") { block.isReached || !manager.isInFlight(key) }
                    }
                    block.awaitArrival()
                    sharedTimerShouldGoOn()
                    manager.shouldBeFree(LOAD.key(2))
                    block.isReleased shouldBe false
                    block.release()
                    manager.shouldBeFree(LOAD.key(id))
                    manager.shouldComeToRest()
                }
            }

            "R9: a body whose $reaction blocks holds up neither who cancels it by key nor its callers" {
                withBlock { block ->
                    val manager = OffloadManager()
                    val handle = manager.begun(1, action = block::hold)
                    val joined = manager.submit(LOAD.key(1)) { "never" }
                    inTime("cancel answers") { manager.cancel(LOAD.key(1)) } shouldBe true
                    for (one in listOf(handle, joined)) {
                        shouldThrow<OffloadCancelledException> { one.outcome().getOrThrow() }.reason() shouldBe
                            CancelReason.CANCELLED
                    }
                    block.awaitArrival()
                    block.release()
                    manager.shouldBeFree(LOAD.key(1))
                    manager.shouldComeToRest()
                }
            }

            "R9: a body whose $reaction blocks does not hold up its only holder who leaves" {
                withBlock { block ->
                    val manager = OffloadManager()
                    val handle = manager.begun(1, action = block::hold)
                    inTime("cancel answers") { handle.cancel() } shouldBe true
                    shouldThrow<OffloadCancelledException> { handle.outcome().getOrThrow() }
                    block.awaitArrival()
                    block.release()
                    manager.shouldComeToRest()
                }
            }

            "R9: bodies whose $reaction blocks hold up no cancel of a scope and of each other" {
                withBlock { block ->
                    val manager = OffloadManager()
                    val scope = manager.openScope("request")
                    val handles = List(4) { scope.begun(it, action = block::hold) }
                    inTime("cancel returns") { scope.cancel() }
                    for (handle in handles) {
                        shouldThrow<OffloadCancelledException> { handle.outcome().getOrThrow() }.reason() shouldBe
                            CancelReason.SCOPE_CLOSED
                    }
                    block.awaitArrival()
                    block.release()
                    inTime("the scope ends") { scope.coroutineContext.job.join() }
                    manager.shouldComeToRest()
                }
            }

            "T1: bodies whose $reaction blocks at their limit delay no other limit" {
                withBlock { block ->
                    val manager = OffloadManager()
                    val handles = List(4) { manager.begun(it, timeout = 50.milliseconds, action = block::hold) }
                    for (handle in handles) shouldThrow<OffloadTimeoutException> { handle.outcome().getOrThrow() }
                    block.awaitArrival()
                    block.release()
                    manager.shouldComeToRest()
                }
            }

            "R9: the cancel of a caller around scope {} is not held up by a body's $reaction" {
                withBlock { block ->
                    val manager = OffloadManager()
                    val begun = CompletableDeferred<Unit>()
                    val other = CompletableDeferred<Unit>()
                    val stopped = CompletableDeferred<Unit>()
                    val ended = started {
                        kotlinx.coroutines.coroutineScope {
                            val caller = launch(Dispatchers.Default) {
                                manager.scope("request") {
                                    submit(LOAD.key(1), context = reaction.dispatcher) {
                                        reaction.wait({ begun.complete(Unit) }, block::hold)
                                    }
                                    submit(LOAD.key(2)) {
                                        other.complete(Unit)
                                        try {
                                            awaitCancellation()
                                        } finally {
                                            stopped.complete(Unit)
                                        }
                                    }
                                }
                            }
                            begun.await()
                            other.await()
                            caller.cancel()
                            stopped.await()
                            block.awaitArrival()
                            block.release()
                            caller.cancelAndJoin()
                        }
                    }
                    inTime("the sibling is stopped") { stopped.await() }
                    ended.inTime("the scope ends")
                    manager.shouldComeToRest()
                }
            }

            for (thrown in Thrown.entries) {
                "R9: a body whose $reaction throws $thrown ends, and so do its siblings" {
                    val manager = OffloadManager()
                    val scope = manager.openScope("request")
                    var reacted = false
                    val hostile =
                        runCatching {
                            scope.begun(1) {
                                if (!reacted) {
                                    reacted = true
                                    thrown.raise()
                                }
                            }
                        }.getOrThrow()
                    val siblings = List(3) { scope.submit(LOAD.key(2 + it)) { awaitCancellation() } }
                    inTime("cancel returns") { scope.cancel() }
                    for (handle in siblings + hostile) {
                        shouldThrow<OffloadCancelledException> { handle.outcome().getOrThrow() }
                    }
                    if (reaction != Reaction.DISPATCHER) { // what its own dispatcher drops never ends
                        inTime("the scope ends") { scope.coroutineContext.job.join() }
                        manager.shouldComeToRest()
                    }
                }
            }
        }

        "R9: a completion handler of a body that blocks delays no caller" {
            withBlock { block ->
                val manager = OffloadManager()
                val handle =
                    manager.submit(LOAD.key(1)) {
                        currentCoroutineContext().job.invokeOnCompletion { block.hold() }
                        "value"
                    }
                block.awaitArrival()
                manager.shouldBeFree(LOAD.key(2))
                block.release()
                handle.outcome().getOrThrow() shouldBe "value"
                manager.shouldComeToRest()
            }
        }

        "R9: a completion handler of a body that throws does not keep the key" {
            val manager = OffloadManager()
            val handle =
                manager.submit(LOAD.key(1)) {
                    currentCoroutineContext().job.invokeOnCompletion { error("on purpose") }
                    "value"
                }
            handle.outcome().getOrThrow() shouldBe "value"
            manager.shouldBeFree(LOAD.key(1))
            manager.shouldComeToRest()
        }

        "R9: a dispatcher of bodies that blocks at one body delays no other" {
            withBlock { block ->
                val held = HostileDispatcher { if (it == 1) block.hold() }
                val manager = OffloadManager(context = held)
                val submitted = started { manager.submit(LOAD.key(1)) { "late" } }
                block.awaitArrival()
                manager.shouldBeFree(LOAD.key(2))
                val joined = inTime("a join is taken") { manager.submit(LOAD.key(1)) { "never" } }
                inTime("cancel answers") { manager.cancel(LOAD.key(1)) } shouldBe true
                shouldThrow<OffloadCancelledException> { joined.outcome().getOrThrow() }
                block.release()
                submitted.inTime("submit returns").outcome().isFailure shouldBe true
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }
        }

        for (thrown in Thrown.entries) {
            "R3: a dispatcher that throws $thrown at one body fails that one alone" {
                for (k in 1..3) {
                    val manager = OffloadManager(context = HostileDispatcher { if (it == k) thrown.raise() })
                    val handles = List(3) { manager.submit(LOAD.key(it)) { "value" } }
                    handles.map { it.outcome().isSuccess } shouldBe List(3) { it != k - 1 }
                    repeat(3) { manager.shouldBeFree(LOAD.key(it)) }
                    manager.shouldComeToRest()
                }
            }
        }

        for (thrown in Thrown.entries) {
            "R3: a body whose dispatcher throws $thrown at a later step ends, and its key is free" {
                for (k in 2..4) {
                    val manager = OffloadManager(context = HostileDispatcher { if (it == k) thrown.raise() })
                    val handle = manager.submit(LOAD.key(1)) {
                        repeat(5) { withContext(Dispatchers.Default) {} } // and back, on a thread of others
                        "value"
                    }
                    val failure = handle.outcome().exceptionOrNull().shouldBeInstanceOf<OffloadFailedException>()
                    failure.cause!!.cause.shouldNotBeNull() // what the dispatcher threw
                    manager.shouldBeFree(LOAD.key(1))
                    manager.shouldComeToRest()
                }
            }
        }

        "R3: a dispatcher that cancels a body with an exception that throws fails it" {
            class NoCause : kotlin.coroutines.cancellation.CancellationException("refused") {
                override val cause: Throwable get() = error("no cause")
            }
            val refusing = object : CoroutineDispatcher() {
                override fun dispatch(context: CoroutineContext, block: Runnable) {
                    context.job.cancel(NoCause())
                    Dispatchers.Default.dispatch(context, block)
                }
            }
            val manager = OffloadManager()
            manager.submit(LOAD.key(1), context = refusing) { "never" }.outcome().exceptionOrNull()
                .shouldBeInstanceOf<OffloadFailedException>()
            manager.shouldBeFree(LOAD.key(1))
            manager.shouldComeToRest()
        }

        "R3: a job that its dispatcher dropped ends when it is cancelled" {
            val dropping =
                object : CoroutineDispatcher() {
                    override fun dispatch(context: CoroutineContext, block: Runnable) = Unit
                }
            val manager = OffloadManager()
            val scope = manager.openScope("request")
            val handle = scope.submit(LOAD.key(1), context = dropping) { "never" }
            inTime("cancel answers") { scope.cancel(LOAD.key(1)) } shouldBe true
            handle.outcome().isFailure shouldBe true
            scope.shouldBeFree(LOAD.key(1))
            scope.submit(LOAD.key(1), context = dropping) { "never" }
            scope.cancel()
            inTime("the scope ends") { scope.coroutineContext.job.join() }
            manager.shouldComeToRest()
        }
    })
