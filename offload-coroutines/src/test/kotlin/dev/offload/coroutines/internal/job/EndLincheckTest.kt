package dev.offload.coroutines.internal.job

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.caller.awaitEnd
import dev.offload.coroutines.internal.completion.Completion
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.BooleanGen
import org.jetbrains.lincheck.datastructures.EnumGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * R2, L1: an end is settled, and then told. Jobs of one key in a scope below the manager: whoever has seen the end of one,
 * by its state, by an answer, by a cancel or a look-up that finds nothing or as one who waited, finds it counted out and its
 * key free of it; all waiters are told once.
 *
 * The scope itself ends when all is at rest, and then its counts are in the one above. How it ends under way is for
 * [ScopeEndLincheckTest]. As in [RegistryLincheckTest], [begin] waits for a start that is due.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "policy", gen = EnumGen::class, conf = "JOIN,REJECT,REPLACE")
@Param(name = "ok", gen = BooleanGen::class)
internal class EndLincheckTest : LincheckTest(EndSpecification::class.java) {
    override val scenarios = 2 // each takes long: a whole scope is checked

    private val timer = StandingTimer()
    private val root = scopeByHand(timer)
    private val scope = root.open("request", false, null)
    private val registry = scope.registry

    /** What each thread got last. */
    private val mine = MutableList<Held?>(THREADS) { null }
    private val answers = List(THREADS) { ArrayList<String>() }
    private val waits = List(THREADS) { ArrayList<Wait>() }
    private var running: JobCell<String>? = null

    @Operation
    fun submit(@Param(name = "thread") thread: Int, @Param(name = "policy") policy: ConflictPolicy): String {
        val gone = jobs().filter { it.hasFired() }
        val placement = scope.submissions().submit(KEY, policy, null, ByHandBody())
        placement.job()?.let {
            it.markObserved() // nothing is logged
            mine[thread] = Held(it, placement.joined())
            Settled.checkNotMet(it, gone)
        }
        answers[thread] += placement.how().name
        return placement.how().name
    }

    /** The handle a thread got last; if it is too late, what it answers instead. */
    @Operation
    fun drop(@Param(name = "thread") thread: Int): String {
        val held = mine[thread] ?: return "none"
        val isDropped = held.cancel()
        check(held.isReady) { "R2: it is too late, but there is no answer yet" }
        if (isDropped) return "dropped"
        checkTold(held.job())
        return answerOf(held)
    }

    @Operation
    fun answer(@Param(name = "thread") thread: Int): String {
        val held = mine[thread] ?: return "none"
        if (!held.job().isDecided && !held.isReady) return "open"
        while (!held.isReady) Thread.onSpinWait()
        return answerOf(held)
    }

    private fun answerOf(held: Held): String = try {
        held.answer()
    } catch (e: OffloadCancelledException) {
        e.reason().name
    } catch (e: IllegalStateException) {
        e.message!!
    }

    @Operation
    fun state(@Param(name = "thread") thread: Int): JobState? = mine[thread]?.run {
        jobState().also { if (!it.isActive) Settled.checkEnded(job(), registry) }
    }

    @Operation
    fun cancel(): Boolean {
        val before = jobs()
        return scope.cancel(KEY).also { if (!it) before.forEach(::checkTold) }
    }

    @Operation
    fun lookUp(): JobState? {
        val before = jobs()
        val found = scope.views().find(KEY)
        if (found == null) before.forEach { Settled.checkEnded(it, registry) }
        return found?.state()
    }

    @Operation
    fun isInFlight(): Boolean {
        val before = jobs()
        return scope.views().isInFlight(KEY).also {
            if (!it) before.forEach { job -> Settled.checkEnded(job, registry) }
        }
    }

    /** That it must wait is no answer to compare: after the outcome was decided, the end may still be on its way. */
    @Operation
    fun await(@Param(name = "thread") thread: Int) = await(thread, false)

    @Operation
    fun awaitEnd(@Param(name = "thread") thread: Int) = await(thread, true)

    private fun await(thread: Int, end: Boolean) {
        val job = mine[thread]?.job() ?: return
        val waiter = Looking(job, end)
        val told = if (end) !job.push(waiter) else !job.register(waiter)
        if (told) checkTold(job)
        waits[thread] += Wait(job, waiter, end, told)
    }

    @Operation(nonParallelGroup = "body")
    fun begin(): String {
        while (true) {
            val job = registry.find(KEY)
            if (job == null || job.state() == JobState.CANCELLING) return "none"
            if (job.begin()) {
                check(running == null) { "R1: two bodies under one key" }
                @Suppress("UNCHECKED_CAST")
                running = job as JobCell<String>
                return "began"
            }
            if (job.state() == JobState.RUNNING) return "runs"
            if (job.isWaiting && running != null) return "waits"
            Thread.onSpinWait()
        }
    }

    @Operation(nonParallelGroup = "body")
    fun end(@Param(name = "ok") ok: Boolean): JobState? {
        val job = running ?: return null
        running = null
        if (ok) job.succeed("value") else job.fail(IllegalStateException("failure"))
        Settled.checkEnded(job, registry)
        return job.state()
    }

    private fun jobs() = mine.mapNotNull { it?.job() }

    private fun checkTold(job: JobCell<*>) {
        if (job.state().isActive) return
        check(job.hasFired()) { "R2: not told" }
        Settled.checkEnded(job, registry)
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // Who has seen the end submits again.
        initial {
            actor(::submit, 0, ConflictPolicy.REJECT)
            actor(::begin)
        }
        parallel {
            thread { actor(::end, true) }
            thread {
                actor(::lookUp)
                actor(::submit, 2, ConflictPolicy.REJECT)
            }
        }
    }.addCustomScenario {
        // A job that never began is cancelled by its only holder, and by its key.
        initial { actor(::submit, 0, ConflictPolicy.REJECT) }
        parallel {
            thread {
                actor(this@EndLincheckTest::drop, 0)
                actor(::submit, 1, ConflictPolicy.REJECT)
            }
            thread {
                actor(::cancel)
                actor(::state, 0)
                actor(::submit, 2, ConflictPolicy.REJECT)
            }
        }
    }.addCustomScenario {
        // A cancel looks before the outcome, and acts after it.
        initial {
            actor(::submit, 0, ConflictPolicy.REJECT)
            actor(::begin)
        }
        parallel {
            thread { actor(this@EndLincheckTest::drop, 0) }
            thread { actor(::end, true) }
        }
    }.addCustomScenario {
        // A successor comes as its predecessor dies and is waited for.
        initial {
            actor(::submit, 0, ConflictPolicy.REJECT)
            actor(::begin)
        }
        parallel {
            thread { actor(::submit, 1, ConflictPolicy.REPLACE) }
            thread {
                actor(::end, false)
                actor(::begin)
            }
            thread {
                actor(::awaitEnd, 0)
                actor(::answer, 0)
            }
        }
    }

    @Validate
    fun atRest() {
        for (wait in waits.flatMap { it }) {
            val told = wait.waiter.told + if (wait.ready) 1 else 0
            val due = if (wait.end) !wait.job.state().isActive else wait.job.isDecided
            check(told == if (due) 1 else 0) { "told $told times, for the end: ${wait.end}, ${wait.job.state()}" }
            check(!wait.waiter.tooEarly) { "R2: told before the end was settled" }
        }
        val said = answers.flatMap { it }
        val jobs = scope.views().jobs()
        val accepted = said.count { it == "STARTED" || it == "REPLACED" }
        Settled.balanced(scope, said, jobs.size.toLong())
        check(
            timer.size == jobs.count {
                it.isWaiting || it.state() == JobState.CANCELLING
            },
        ) { "timers: ${timer.size}" }

        val ended = CountingWaiter(end = true)
        check(scope.termination().push(ended)) { "R8: the scope has ended by itself" }
        scope.close()
        running?.run { if (!hasEnded()) succeed("late") }
        check(ended.told == 1) { "R8: the end of the scope was not told" }
        check(scope.termination().hasFired()) { "R8: the scope has not ended" }
        val late = scope.submissions().submit(KEY, ConflictPolicy.JOIN, null, ByHandBody())
        check(late.how() == Placement.How.SCOPE_CLOSED)
        check(timer.size == 0 && scope.views().jobs().isEmpty())
        check(root.views().snapshot().children().isEmpty()) { "an ended scope is still there" }
        val total = root.views().snapshot().total()
        check(total.accepted() == accepted.toLong() && total.active() == 0L) { "R4: $total for $said" }
        check(total.rejected() == said.count { it == "KEY_IN_FLIGHT" } + 1L) { "R4: $total for $said" }
    }

    private class Held(job: JobCell<String>, joined: Boolean) : Lease<String>(job, joined)

    private inner class Looking(private val job: JobCell<*>, private val end: Boolean) : Completion() {
        @Volatile var told = 0

        @Volatile var tooEarly = false

        override fun wantsEnd() = end

        override fun fire() {
            told++
            if (job.hasEnded() && !Settled.isEnded(job, registry)) tooEarly = true
        }
    }

    private class Wait(val job: JobCell<*>, val waiter: Looking, val end: Boolean, val ready: Boolean)

    private companion object {
        val KEY = OffloadKind.named<Any, String>("end").key(1)
    }
}

internal class EndSpecification {
    /** The jobs that have not ended, oldest first. */
    private val jobs = ArrayList<Task>()
    private val mine = arrayOfNulls<Hold>(LincheckTest.THREADS)

    private class Task {
        var state = JobState.QUEUED
        var reason = ""
        var leases = 1
        val live get() = state == JobState.QUEUED || state == JobState.RUNNING
    }

    private class Hold(val task: Task) {
        var dropped = false
    }

    private val live get() = jobs.lastOrNull { it.live }

    fun submit(thread: Int, policy: ConflictPolicy): String {
        val met = live
        if (met != null && policy == ConflictPolicy.REJECT) return "KEY_IN_FLIGHT"
        if (met != null && policy == ConflictPolicy.JOIN) {
            met.leases++
            mine[thread] = Hold(met)
            return "JOINED"
        }
        met?.let { cancel(it, "REPLACED") }
        mine[thread] = Hold(Task().also { jobs.add(it) })
        return if (met == null) "STARTED" else "REPLACED"
    }

    private fun cancel(task: Task, why: String) {
        task.reason = why
        if (task.state == JobState.RUNNING) task.state = JobState.CANCELLING else ended(task, JobState.CANCELLED)
    }

    private fun ended(task: Task, how: JobState) {
        task.state = how
        jobs.remove(task)
    }

    fun drop(thread: Int): String {
        val hold = mine[thread] ?: return "none"
        if (hold.dropped || !hold.task.live) return answer(thread)
        hold.dropped = true
        if (--hold.task.leases == 0) cancel(hold.task, "CANCELLED")
        return "dropped"
    }

    fun answer(thread: Int): String {
        val hold = mine[thread] ?: return "none"
        return when {
            hold.dropped -> "CANCELLED"
            hold.task.live -> "open"
            hold.task.reason != "" -> hold.task.reason
            hold.task.state == JobState.SUCCEEDED -> "value"
            else -> "failure"
        }
    }

    fun state(thread: Int): JobState? = mine[thread]?.task?.state

    fun cancel(): Boolean {
        cancel(live ?: return false, "CANCELLED")
        return true
    }

    fun lookUp(): JobState? = (live ?: jobs.lastOrNull())?.state

    fun isInFlight(): Boolean = jobs.isNotEmpty()

    fun await(@Suppress("unused") thread: Int) {}

    fun awaitEnd(@Suppress("unused") thread: Int) {}

    fun begin(): String {
        val task = live ?: return "none"
        if (task.state == JobState.RUNNING) return "runs"
        if (jobs.first() !== task) return "waits"
        task.state = JobState.RUNNING
        return "began"
    }

    fun end(ok: Boolean): JobState? {
        val task = jobs.firstOrNull()?.takeIf { it.state != JobState.QUEUED } ?: return null
        val how = if (ok) JobState.SUCCEEDED else JobState.FAILED
        ended(task, if (task.state == JobState.CANCELLING) JobState.CANCELLED else how)
        return task.state
    }
}
