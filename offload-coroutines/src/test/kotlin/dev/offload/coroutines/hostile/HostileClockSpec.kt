package dev.offload.coroutines.hostile

import dev.offload.ConcurrencyLimit
import dev.offload.JobSnapshot
import dev.offload.KindPolicy
import dev.offload.coroutines.LOAD
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.RecordingListener
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.cancel
import dev.offload.coroutines.complete
import dev.offload.coroutines.forgetUncaught
import dev.offload.coroutines.snapshot
import dev.offload.spi.OffloadListener
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldNotStartWith
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.ThreadContextElement
import kotlinx.coroutines.job
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration.Companion.milliseconds

/** Clocks, timers and context elements. */
class HostileClockSpec :
    StringSpec({
        afterSpec { forgetUncaught() }

        "R9: a clock that throws once, at whatever read, costs no job its end" {
            val one = KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1))
            for (reads in 0..25) {
                val clock = HostileClock()
                val manager =
                    OffloadManager(
                        OffloadConfig {
                            kind(LOAD, one)
                        },
                        listener = RecordingListener(),
                        timeSource = clock,
                    )
                clock.arm(reads)
                val attempt = runCatching {
                    val scope = manager.openScope("request")
                    runCatching {
                        val go = CompletableDeferred<String>()
                        val first = scope.submit(LOAD.key(1), timeout = TimeoutPolicy(warnAfter = 1.milliseconds)) {
                            go.await()
                        }
                        val queued = scope.submit(LOAD.key(2)) { "next" }
                        scope.submit(LOAD.key(3)) { error("on purpose") }
                        runCatching { manager.snapshot() }
                        go.complete("value")
                        first.outcome().getOrThrow() shouldBe "value"
                        queued.outcome().getOrThrow() shouldBe "next"
                    }.onFailure { if (it is AssertionError) throw it }
                    scope.cancel()
                    inTime("the scope ends") { scope.coroutineContext.job.join() }
                }
                attempt.exceptionOrNull()?.let { if (it is AssertionError) throw AssertionError("at read $reads", it) }
                clock.arm(Int.MAX_VALUE)
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }
        }

        "T1: a listener that blocks in onSlow delays nobody's delay, behind a limited dispatcher" {
            for (parallelism in 1..2) {
                withBlock { block ->
                    val threads = java.util.concurrent.ConcurrentLinkedQueue<String>()
                    val listener =
                        object : OffloadListener {
                            override fun onSlow(job: JobSnapshot, elapsed: java.time.Duration) {
                                threads += Thread.currentThread().name
                                block.hold()
                            }
                        }
                    val dispatcher = Dispatchers.IO.limitedParallelism(parallelism)
                    val manager = OffloadManager(context = dispatcher, listener = listener)
                    val go = CompletableDeferred<String>()
                    val handle =
                        manager.submit(LOAD.key(1), timeout = TimeoutPolicy(warnAfter = 1.milliseconds)) { go.await() }
                    block.awaitArrival()
                    sharedTimerShouldGoOn()
                    threads.forEach { it shouldNotStartWith "kotlinx.coroutines.DefaultExecutor" }
                    go.complete("value")
                    handle.outcome().getOrThrow() shouldBe "value"
                    block.release()
                    manager.shouldComeToRest()
                }
            }
        }

        "T1: a caller that blocks when a limit strikes delays nobody's delay, behind a limited dispatcher" {
            withBlock { block ->
                val manager = OffloadManager(context = Dispatchers.IO.limitedParallelism(1))
                val begun = CompletableDeferred<Unit>()
                val handle =
                    manager.submit(LOAD.key(1), timeout = TimeoutPolicy(cancelAfter = 20.milliseconds)) {
                        kotlinx.coroutines.suspendCancellableCoroutine<String> {
                            it.invokeOnCancellation { block.hold() }
                            begun.complete(Unit)
                        }
                    }
                inTime("the body begins") { begun.await() }
                block.awaitArrival()
                sharedTimerShouldGoOn()
                handle.outcome().isFailure shouldBe true
                block.release()
                manager.shouldComeToRest()
            }
        }

        for (thrown in Thrown.entries) {
            "R3: a context element that throws $thrown when a body starts costs no key" {
                val manager = OffloadManager()
                val handle = manager.submit(LOAD.key(1), context = HostileElement { thrown.raise() }) { "value" }
                handle.outcome()
                until("the job has ended") { manager.activeCount == 0 }
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }

            "R9: a context element that throws when it is copied refuses that submission alone ($thrown)" {
                val manager = OffloadManager()
                val element = CopiedElement { thrown.raise() }
                runCatching { manager.submit(LOAD.key(1), context = element) { "never" } }.isFailure shouldBe true
                runCatching { manager.share(LOAD.key(1), context = element) { "never" } }.isFailure shouldBe true
                runCatching { manager.spawn("label", context = element) { } }.isFailure shouldBe true
                manager.activeCount shouldBe 0
                manager.shouldBeFree(LOAD.key(1))
                manager.shouldComeToRest()
            }
        }

        "R9: a context element that blocks when it is copied delays that submission alone" {
            withBlock { block ->
                val manager = OffloadManager()
                val blocked =
                    started { manager.submit(LOAD.key(1), context = CopiedElement { block.hold() }) { "last" } }
                block.awaitArrival()
                manager.shouldBeFree(LOAD.key(1))
                manager.activeCount shouldBe 0
                block.release()
                blocked.inTime("the submission").outcome().getOrThrow() shouldBe "last"
                manager.shouldComeToRest()
            }
        }
    })

/** Throws when a thread takes it over. */
private class HostileElement(private val onUpdate: () -> Unit) :
    AbstractCoroutineContextElement(Key),
    ThreadContextElement<Unit> {
    override fun updateThreadContext(context: CoroutineContext) = onUpdate()

    override fun restoreThreadContext(context: CoroutineContext, oldState: Unit) = Unit

    private companion object Key : CoroutineContext.Key<HostileElement>
}

/** Wants to be copied for each coroutine. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
internal class CopiedElement(private val onCopy: () -> Unit) :
    AbstractCoroutineContextElement(Key),
    CopyableThreadContextElement<Unit> {
    override fun copyForChild(): CopyableThreadContextElement<Unit> = also { onCopy() }

    override fun mergeForChild(overwritingElement: CoroutineContext.Element) = overwritingElement

    override fun updateThreadContext(context: CoroutineContext) = Unit

    override fun restoreThreadContext(context: CoroutineContext, oldState: Unit) = Unit

    private companion object Key : CoroutineContext.Key<CopiedElement>
}
