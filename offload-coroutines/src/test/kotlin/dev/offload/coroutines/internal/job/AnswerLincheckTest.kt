package dev.offload.coroutines.internal.job

import dev.offload.AbandonPolicy
import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadCancelledException
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * L1: what one caller is told. A `cancel()` before the outcome makes that handle answer so, whatever the job does; later
 * it changes nothing, and an answer that was given stays. Other handles are not touched.
 *
 * The job goes on without holders, so that the answer of a handle and the fate of the job are two things; how leases end a
 * job is for [LeaseLincheckTest]. An outcome is told a moment after it was decided: [answer] waits for that moment, and
 * hangs if it does not come.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "handle", gen = IntGen::class, conf = "0:1")
internal class AnswerLincheckTest : LincheckTest(AnswerSpecification::class.java) {
    override val scenarios = 3

    private val scope = scopeByHand(config = FINISHING)
    private val job = scope.submissions().call(KIND.key(1), null, null, ByHandBody()).taken()
    private val handles = List(2) { Handle(job, it > 0) }.also { check(job.tryJoin()) }
    private val lastJob = scope.submissions().submit(ONE.key(1), null, null, ByHandBody()).taken()
    private val last = Handle(lastJob, false)
    private val waits = Array(THREADS) { ArrayList<Wait>() }
    private val begun = BooleanArray(1)

    @Operation
    fun cancel(@Param(name = "handle") handle: Int): Boolean = handles[handle].cancel()

    @Operation
    fun answer(@Param(name = "handle") handle: Int): String {
        val asked = handles[handle]
        if (!job.isDecided && !asked.isReady) return "none"
        while (!asked.isReady) Thread.onSpinWait()
        return try {
            asked.answer()
        } catch (e: OffloadCancelledException) {
            e.reason().name
        } catch (e: IllegalStateException) {
            "failure"
        }
    }

    /** A4: a handle that is the last one tells its cancel when the job is decided, and not before. */
    @Operation
    fun toldTooEarly(): Boolean = last.isReady && !lastJob.isDecided

    @Operation
    fun isLastTold(): Boolean = last.isReady

    @Operation
    fun cancelLast(): Boolean = last.cancel()

    /** That it must wait is no answer to compare, see [answer]. */
    @Operation
    fun await(@Param(name = "thread") thread: Int, @Param(name = "handle") handle: Int) {
        val waiter = CountingLeaseWaiter(handles[handle])
        waits[thread] += Wait(waiter, handles[handle].register(waiter))
    }

    @Operation(nonParallelGroup = "body")
    fun begin(): Boolean = job.begin().also { if (it) begun[0] = true }

    @Operation(nonParallelGroup = "body")
    fun succeed(): JobState? = end { job.succeed("value") }

    @Operation(nonParallelGroup = "body")
    fun fail(): JobState? = end { job.fail(IllegalStateException()) }

    private inline fun end(how: () -> Unit): JobState? {
        if (!begun[0]) return null
        begun[0] = false
        how()
        return job.state()
    }

    @Operation
    fun cancelJob(): Boolean = job.cancel(CancelReason.REPLACED)

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // A cancel that looked before the outcome and acted after it changed an answer that was given.
        initial { actor(::begin) }
        parallel {
            thread { actor(::cancel, 0) }
            thread {
                actor(::succeed)
                actor(::answer, 0)
            }
        }
        post { actor(::answer, 0) }
    }.addCustomScenario {
        parallel {
            thread { actor(::cancelLast) }
            thread {
                actor(::toldTooEarly)
                actor(::cancelLast)
                actor(::isLastTold)
            }
        }
    }

    @Validate
    fun atRest() {
        for (wait in waits.flatMap { it }) {
            val told = wait.waiter.told + if (wait.waits) 0 else 1
            check(told == if (wait.waiter.lease().isReady) 1 else 0) { "told $told times, job ${job.state()}" }
        }
    }

    private class Handle(job: JobCell<String>, joined: Boolean) : Lease<String>(job, joined)

    private class CountingLeaseWaiter(lease: Lease<*>) : LeaseCompletion(lease) {
        @Volatile var told = 0

        override fun fire() {
            told++
        }
    }

    private class Wait(val waiter: CountingLeaseWaiter, val waits: Boolean)

    private companion object {
        val KIND = OffloadKind.named<Any, String>("answer")
        val ONE = OffloadKind.named<Any, String>("one")
        val FINISHING = OffloadConfig.builder().kind(
            KIND,
            KindPolicy.unset().withAbandon(AbandonPolicy.finish()),
        ).build()
    }
}

internal class AnswerSpecification {
    private var state = JobState.QUEUED
    private val dropped = BooleanArray(2)
    private var begun = false

    private val open get() = state == JobState.QUEUED || state == JobState.RUNNING

    fun cancel(handle: Int): Boolean {
        if (!open || dropped[handle]) return false
        dropped[handle] = true
        return true
    }

    fun answer(handle: Int): String = when {
        dropped[handle] -> "CANCELLED"
        open -> "none"
        state == JobState.SUCCEEDED -> "value"
        state == JobState.FAILED -> "failure"
        else -> "REPLACED"
    }

    private var isLastCancelled = false

    fun toldTooEarly(): Boolean = false

    fun isLastTold(): Boolean = isLastCancelled

    fun cancelLast(): Boolean = !isLastCancelled.also { isLastCancelled = true }

    fun await(@Suppress("unused") thread: Int, @Suppress("unused") handle: Int) {}

    fun begin(): Boolean {
        if (state != JobState.QUEUED) return false
        state = JobState.RUNNING
        begun = true
        return true
    }

    fun succeed(): JobState? = end(JobState.SUCCEEDED)

    fun fail(): JobState? = end(JobState.FAILED)

    private fun end(how: JobState): JobState? {
        if (!begun) return null
        begun = false
        state = if (state == JobState.RUNNING) how else JobState.CANCELLED
        return state
    }

    fun cancelJob(): Boolean {
        if (!open) return false
        state = if (state == JobState.RUNNING) JobState.CANCELLING else JobState.CANCELLED
        return true
    }
}
