package dev.offload.coroutines.internal.job

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.BooleanGen
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * R2, R4, R8: the end of a scope that has one job and a successor that waits for it. It comes with the end of the last
 * job, or with the step that completes or closes the scope: then its jobs' callers are told, its counts are in the scope
 * above, and a refusal from then on is counted there, too.
 *
 * A submission that the end overtakes may be accepted or refused, so here are only those that come too late: [submitLate]
 * submits once the scope takes nothing more. It shows that a moment before the jobs are cancelled or the end is told;
 * [awaitDue] waits for that moment, and hangs if it does not come.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "job", gen = IntGen::class, conf = "0:1")
@Param(name = "ok", gen = BooleanGen::class)
internal class ScopeEndLincheckTest : LincheckTest(ScopeEndSpecification::class.java) {
    override val scenarios = 2 // each takes long: a whole scope is checked

    private val timer = StandingTimer()
    private val root = scopeByHand(timer)
    private val scope = root.open("request", false, null)
    private val registry = scope.registry
    private val first = submitted(ConflictPolicy.REJECT).also { check(it.begin()) }
    private val held = List(2) { Held(if (it == 0) first else submitted(ConflictPolicy.REPLACE)) }
    private val jobs = held.map { it.job() }
    private val refusals = MutableList(THREADS) { 0 }
    private val waits = List(THREADS) { ArrayList<Wait>() }
    private var running: JobCell<String>? = first

    private fun submitted(policy: ConflictPolicy) =
        scope.submissions().submit(KEY, policy, null, ByHandBody()).taken().also { it.markObserved() }

    @Operation
    fun drop(@Param(name = "thread") thread: Int): Boolean = held[1].cancel().also { if (!it) checkTold(jobs[1]) }

    @Operation
    fun cancel(): Boolean = scope.cancel(KEY).also { if (!it) jobs.forEach(::checkTold) }

    @Operation
    fun state(@Param(name = "job") job: Int): JobState = jobs[job].state().also { checkTold(jobs[job]) }

    @Operation
    fun lookUp(): JobState? = scope.views().find(KEY)?.state().also {
        if (it ==
            null
        ) {
            jobs.forEach { job -> Settled.checkEnded(job, registry) }
        }
    }

    /** Exact, as no submission is under way. */
    @Operation
    fun activeCount(): Long = scope.views().activeCount()

    @Operation
    fun complete() = scope.complete()

    @Operation
    fun close() {
        scope.close()
    }

    @Operation
    fun isOver(): Boolean {
        awaitDue()
        val over = scope.termination().hasFired()
        if (over) {
            jobs.forEach { check(it.hasFired()) { "R8: the scope has ended before a job was told" } }
            Settled.checkOver(root)
        }
        return over
    }

    @Operation
    fun submitLate(@Param(name = "thread") thread: Int): Boolean {
        if (gate.takes(false)) return false
        checkRefused(KEY)
        checkRefused(LATE) // which needs an account now
        refusals[thread] += 2
        awaitDue()
        return true
    }

    private fun checkRefused(key: OffloadKey<String>) = check(
        scope.submissions().submit(key, ConflictPolicy.REJECT, null, ByHandBody()).how() ==
            Placement.How.SCOPE_CLOSED,
    )

    private val gate get() = scope.termination() as Gate

    /** Until all has come that the stage of the scope brings about. */
    private fun awaitDue() {
        while (gate.isCancelled && registry.live(KEY) != null) Thread.onSpinWait()
        jobs.forEach { it.awaitTold() }
        while (!gate.isOpen && gate.jobs() == 0L && !gate.hasFired()) Thread.onSpinWait()
    }

    @Operation
    fun await(@Param(name = "thread") thread: Int, @Param(name = "job") job: Int) {
        val waiter = CountingWaiter(end = true)
        waits[thread] += Wait(jobs[job], waiter, jobs[job].push(waiter))
    }

    @Operation
    fun awaitOver(@Param(name = "thread") thread: Int) {
        val waiter = CountingWaiter(end = true)
        waits[thread] += Wait(null, waiter, scope.termination().push(waiter))
    }

    @Operation(nonParallelGroup = "body")
    fun begin(): Boolean {
        while (running == null && !jobs[1].isDecided) {
            if (jobs[1].begin()) {
                running = jobs[1]
                return true
            }
            if (jobs[1].hasBegun()) return false
            Thread.onSpinWait()
        }
        jobs[1].awaitTold()
        return false
    }

    @Operation(nonParallelGroup = "body")
    fun end(@Param(name = "ok") ok: Boolean): JobState? {
        val job = running ?: return null
        running = null
        if (ok) job.succeed("value") else job.fail(IllegalStateException())
        Settled.checkEnded(job, registry)
        return job.state()
    }

    private fun checkTold(job: JobCell<*>) {
        if (!job.state().isActive) Settled.checkEnded(job, registry)
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // The last job ends, as its scope completes.
        initial {
            actor(::end, true)
            actor(::begin)
        }
        parallel {
            thread { actor(::end, true) }
            thread {
                actor(::complete)
                actor(::isOver)
            }
        }
        post { actor(::isOver) }
    }.addCustomScenario {
        // Refused while the end goes on, and counted once.
        initial {
            actor(::end, true)
            actor(::complete)
        }
        parallel {
            thread { actor(this@ScopeEndLincheckTest::drop, 1) }
            thread {
                actor(::submitLate, 2)
                actor(::isOver)
            }
        }
    }.addCustomScenario {
        parallel {
            thread { actor(::close) }
            thread {
                actor(::end, true)
                actor(::begin)
            }
            thread {
                actor(::state, 1)
                actor(::submitLate, 3)
            }
        }
    }

    @Validate
    fun atRest() {
        for (wait in waits.flatMap { it }) {
            val told = wait.waiter.told + if (wait.waits) 0 else 1
            val due = if (wait.job == null) scope.termination().hasFired() else !wait.job.state().isActive
            check(told == if (due) 1 else 0) { "told $told times, ${wait.job?.state() ?: "scope"}" }
        }
        val refused = refusals.sumOf { it.toLong() }
        val over = scope.termination().hasFired()
        check(over == (!gate.isOpen && scope.views().activeCount() == 0L)) { "R8: the end of the scope is wrong" }
        val total = root.views().snapshot().total()
        check(total.accepted() == 2L) { "R4: $total" }
        check(total.rejected() == refused) { "R4: $total, $refused refused" }
        check(total.active() == scope.views().activeCount()) { "R4: $total" }
        check(
            timer.size == jobs.count {
                it.isWaiting || it.state() == JobState.CANCELLING
            },
        ) { "timers: ${timer.size}" }

        scope.close()
        running?.succeed("late")
        check(scope.termination().hasFired()) { "R8: the scope does not end" }
        Settled.checkOver(root)
        check(root.views().snapshot().total().rejected() == refused) { "R4: refusals are lost" }
        root.close()
        check(root.termination().hasFired()) { "R8: the manager does not end" }
    }

    private class Held(job: JobCell<String>) : Lease<String>(job, false)

    private class Wait(val job: JobCell<*>?, val waiter: CountingWaiter, val waits: Boolean)

    private companion object {
        val KEY = OffloadKind.named<Any, String>("end").key(1)
        val LATE = OffloadKind.named<Any, String>("late").key(1)
    }
}

internal class ScopeEndSpecification {
    private val states = arrayOf(JobState.CANCELLING, JobState.QUEUED)
    private var stage = Gate.OPEN
    private var runs = 0

    private val active get() = states.count { it.isActive }
    private val isLive get() = states[1] == JobState.QUEUED || states[1] == JobState.RUNNING

    fun drop(@Suppress("unused") thread: Int): Boolean = cancel()

    fun cancel(): Boolean {
        if (!isLive) return false
        states[1] = if (states[1] == JobState.RUNNING) JobState.CANCELLING else JobState.CANCELLED
        return true
    }

    fun state(job: Int): JobState = states[job]

    fun lookUp(): JobState? = states.lastOrNull { it.isActive }

    fun activeCount(): Long = active.toLong()

    fun complete() {
        stage = maxOf(stage, Gate.COMPLETING)
    }

    fun close() {
        stage = Gate.CANCELLED
        cancel()
    }

    fun isOver(): Boolean = stage != Gate.OPEN && active == 0

    fun submitLate(@Suppress("unused") thread: Int): Boolean = stage == Gate.CANCELLED || isOver()

    fun await(@Suppress("unused") thread: Int, @Suppress("unused") job: Int) {}

    fun awaitOver(@Suppress("unused") thread: Int) {}

    fun begin(): Boolean {
        if (runs >= 0 || states[1] != JobState.QUEUED) return false
        states[1] = JobState.RUNNING
        runs = 1
        return true
    }

    fun end(@Suppress("unused") ok: Boolean): JobState? {
        if (runs < 0) return null
        val how = if (ok) JobState.SUCCEEDED else JobState.FAILED
        states[runs] = if (states[runs] == JobState.CANCELLING) JobState.CANCELLED else how
        return states[runs].also { runs = -1 }
    }
}
