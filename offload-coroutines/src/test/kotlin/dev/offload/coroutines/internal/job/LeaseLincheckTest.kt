package dev.offload.coroutines.internal.job

import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.caller.awaitEnd
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.EnumGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * R2, L1, L3: one shared job. Its outcome is decided once; joining it and dropping its last lease do not cross; whoever
 * waits for the outcome or for the end is told exactly once, when it has come.
 *
 * Each thread drops only leases it has. The body has a thread of its own, so one thread begins and ends it.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "reason", gen = EnumGen::class, conf = "CANCELLED,TIMED_OUT,REPLACED")
internal class LeaseLincheckTest : LincheckTest(LeaseSpecification::class.java) {
    private val timer = StandingTimer()
    private val scope = scopeByHand(timer)
    private val body = ByHandBody()
    private val job: JobCell<String> = scope.submissions().share(KIND.key(1), null, null, body).taken().also {
        it.markObserved()
    }
    private val leases = IntArray(THREADS).also { it[0] = 1 }
    private val begun = BooleanArray(1)
    private val awaiting = Array(THREADS) { ArrayList<Wait>() }

    @Operation
    fun join(@Param(name = "thread") thread: Int): Boolean = job.tryJoin().also { if (it) leases[thread]++ }

    /** Whether the lease was given up; if not, the outcome came first, whoever made it. Null if there is none. */
    @Operation
    fun drop(@Param(name = "thread") thread: Int): Boolean? {
        if (leases[thread] == 0) return null
        leases[thread]--
        val was = job.decideDrop()
        job.cancelDecided(was, null)
        return was != Decision.TOO_LATE
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
    fun cancel(@Param(name = "reason") reason: CancelReason): Boolean = job.cancel(reason)

    @Operation
    fun state(): JobState = job.state()

    @Operation
    fun answer(): String {
        if (!job.isDecided) return "none"
        return when (val failure = job.failure()) {
            null -> job.valueOfSuccess()
            is OffloadCancelledException -> failure.reason().name
            else -> failure.javaClass.simpleName
        }
    }

    /** That it must wait is no answer to compare: after the outcome was decided, the end may still be on its way. */
    @Operation
    fun await(@Param(name = "thread") thread: Int) {
        val waiter = CountingWaiter(end = false)
        awaiting[thread] += Wait(waiter, false, job.register(waiter))
    }

    @Operation
    fun awaitEnd(@Param(name = "thread") thread: Int) {
        val waiter = CountingWaiter(end = true)
        awaiting[thread] += Wait(waiter, true, job.push(waiter))
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // The last lease is dropped while another one is taken.
        parallel {
            thread { actor(this@LeaseLincheckTest::drop, 0) }
            thread {
                actor(::join, 1)
                actor(::state)
            }
        }
    }.addCustomScenario {
        // The one who was counted first and came second was told that the outcome, which was both their doing, came first.
        initial { actor(::join, 1) }
        parallel {
            thread { actor(this@LeaseLincheckTest::drop, 0) }
            thread { actor(this@LeaseLincheckTest::drop, 1) }
        }
    }.addCustomScenario {
        // Two drop what they have, one of them the lease it just took, while the body begins.
        parallel {
            thread {
                actor(::begin)
                actor(this@LeaseLincheckTest::drop, 0)
            }
            thread {
                actor(::join, 1)
                actor(this@LeaseLincheckTest::drop, 1)
                actor(::state)
            }
        }
    }

    @Validate
    fun atRest() {
        val state = job.state()
        for (waits in awaiting) {
            for (wait in waits) {
                val told = wait.waiter.told + if (wait.waits) 0 else 1
                val due = if (wait.end) !state.isActive else job.isDecided
                check(told == if (due) 1 else 0) { "told $told times: $wait, job $state" }
            }
        }
        check(body.starts.get() == 1 || state == JobState.CANCELLED)
        // A body that ends by itself between the decision to cancel it and the request to stop is not asked any more.
        val stops = body.stops.get()
        check(
            if (state ==
                JobState.CANCELLING
            ) {
                stops == 1
            } else {
                stops == 0 || (stops == 1 && state == JobState.CANCELLED)
            },
        )
        check(timer.size == if (state == JobState.CANCELLING) 1 else 0) { "timers left: ${timer.size} at $state" }
        check(scope.views().activeCount() == if (state.isActive) 1L else 0L)
        check(job.kind().stats().accepted() == if (state.isActive) 0L else 1L)
    }

    private class Wait(val waiter: CountingWaiter, val end: Boolean, val waits: Boolean) {
        override fun toString() = (if (end) "for the end" else "for the outcome") + if (waits) "" else ", ready"
    }

    private companion object {
        val KIND = OffloadKind.named<Any, String>("lease")
    }
}

internal class LeaseSpecification {
    private var state = JobState.QUEUED
    private var reason: CancelReason? = null
    private var held = 1
    private val leases = IntArray(LincheckTest.THREADS).also { it[0] = 1 }
    private var begun = false

    private val open get() = state == JobState.QUEUED || state == JobState.RUNNING

    fun join(thread: Int): Boolean {
        if (!open) return false
        held++
        leases[thread]++
        return true
    }

    fun drop(thread: Int): Boolean? {
        if (leases[thread] == 0) return null
        leases[thread]--
        if (!open) return false
        if (--held == 0) cancel(CancelReason.ABANDONED)
        return true
    }

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

    fun cancel(why: CancelReason): Boolean {
        if (!open) return false
        state = if (state == JobState.RUNNING) JobState.CANCELLING else JobState.CANCELLED
        reason = why
        return true
    }

    fun state(): JobState = state

    fun answer(): String = when {
        open -> "none"
        reason != null -> reason!!.name
        state == JobState.SUCCEEDED -> "value"
        else -> "IllegalStateException"
    }

    fun await(@Suppress("unused") thread: Int) {}

    fun awaitEnd(@Suppress("unused") thread: Int) {}
}
