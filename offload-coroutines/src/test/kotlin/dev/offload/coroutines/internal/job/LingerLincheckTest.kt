package dev.offload.coroutines.internal.job

import dev.offload.AbandonPolicy
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.time.OffloadTimer
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicBoolean

/**
 * L1: a shared job that lingers. Whoever comes back before its time is over has it; if it is over and nobody holds the job,
 * it is cancelled, and never while somebody holds it.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
internal class LingerLincheckTest : LincheckTest(LingerSpecification::class.java) {
    override val scenarios = 2

    /** Its time is over when an operation says so. */
    private class HandTimer : OffloadTimer {
        val tasks = ConcurrentLinkedQueue<Entry>()

        class Entry(val task: Runnable) {
            val left = AtomicBoolean(true)
        }

        override fun isVirtual() = true

        override fun schedule(delay: Duration, task: Runnable): OffloadTimer.Task {
            val entry = Entry(task)
            if (delay == LINGER) tasks += entry
            return OffloadTimer.Task { if (entry.left.getAndSet(false)) tasks -= entry }
        }
    }

    private val timer = HandTimer()
    private val scope = scopeByHand(timer, CONFIG)
    private val job: JobCell<String> = scope.submissions().call(KIND.key(1), null, null, ByHandBody()).taken()
    private val leases = IntArray(THREADS).also { it[0] = 1 }
    private val begun = BooleanArray(1)

    @Operation
    fun join(@Param(name = "thread") thread: Int): Boolean = job.tryJoin().also { if (it) leases[thread]++ }

    @Operation
    fun drop(@Param(name = "thread") thread: Int): Boolean? {
        if (leases[thread] == 0) return null
        leases[thread]--
        val was = job.decideDrop()
        job.cancelDecided(was, null)
        return was != Decision.TOO_LATE
    }

    /** The time of all who left so far is over. */
    @Operation(nonParallelGroup = "time")
    fun timeIsOver() {
        for (entry in timer.tasks.toList()) {
            if (entry.left.getAndSet(false)) {
                timer.tasks -= entry
                entry.task.run()
            }
        }
    }

    @Operation(nonParallelGroup = "body")
    fun begin(): Boolean = job.begin().also { if (it) begun[0] = true }

    @Operation(nonParallelGroup = "body")
    fun succeed(): JobState? {
        if (!begun[0]) return null
        begun[0] = false
        job.succeed("value")
        return job.state()
    }

    @Operation
    fun state(): JobState = job.state()

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // One comes back, and leaves again, while another one's drop is about to set its timer.
        parallel {
            thread { actor(this@LingerLincheckTest::drop, 0) }
            thread {
                actor(::join, 1)
                actor(this@LingerLincheckTest::drop, 1)
            }
        }
        post {
            actor(::timeIsOver)
            actor(::state)
        }
    }.addCustomScenario {
        // One comes back as the time ends.
        initial { actor(this@LingerLincheckTest::drop, 0) }
        parallel {
            thread { actor(::timeIsOver) }
            thread {
                actor(::join, 1)
                actor(::state)
            }
        }
    }

    @Validate
    fun atRest() {
        val due = if (!job.isDecided && leases.sum() == 0) 1 else 0
        val kept = timer.tasks.size
        check(kept == due || (job.isDecided && kept == 0) || (due == 0 && kept <= 1)) {
            "$kept timers at ${job.state()}"
        }
    }

    private companion object {
        val LINGER: Duration = Duration.ofSeconds(5)
        val KIND = OffloadKind.named<Any, String>("linger")
        val CONFIG: OffloadConfig =
            OffloadConfig.builder().kind(KIND, KindPolicy.unset().withAbandon(AbandonPolicy.linger(LINGER))).build()
    }
}

internal class LingerSpecification {
    private var state = JobState.QUEUED
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
        held--
        return true
    }

    fun timeIsOver() {
        if (open && held == 0) state = if (state == JobState.RUNNING) JobState.CANCELLING else JobState.CANCELLED
    }

    fun begin(): Boolean {
        if (state != JobState.QUEUED) return false
        state = JobState.RUNNING
        begun = true
        return true
    }

    fun succeed(): JobState? {
        if (!begun) return null
        begun = false
        state = if (state == JobState.RUNNING) JobState.SUCCEEDED else JobState.CANCELLED
        return state
    }

    fun state(): JobState = state
}
