package dev.offload.coroutines.internal.job

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.BooleanGen
import org.jetbrains.lincheck.datastructures.EnumGen
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * R1, R2, R4, R5, R7, L1, L3: which jobs a key has, without ALLOW.
 *
 * What a caller cannot order is not compared. A successor starts a moment after its predecessor has ended, on the thread
 * that ended it: so [begin] waits for a start that is due, and hangs if it is forgotten. Which of QUEUED's two meanings
 * holds (waits for a predecessor, or for a thread) is seen only there. The count of active jobs changes a moment after
 * the state did, so it is read at rest.
 *
 * One thread begins and ends bodies, as an executor of one thread would.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "key", gen = IntGen::class, conf = "0:3")
@Param(name = "policy", gen = EnumGen::class, conf = "JOIN,NEXT,REJECT,REPLACE")
@Param(name = "ok", gen = BooleanGen::class)
internal class RegistryLincheckTest : LincheckTest(RegistrySpecification::class.java) {
    override val scenarios = 3 // each takes long: a whole scope is checked

    private val timer = StandingTimer()
    private val scope = scopeByHand(timer)
    private val registry = scope.registry
    private val leases = Array(THREADS) { Array(2) { ArrayDeque<JobCell<String>>() } }
    private val bodies = Array(THREADS) { ArrayList<ByHandBody>() }
    private val answers = Array(THREADS) { ArrayList<String>() }
    private val running = arrayOfNulls<JobCell<String>>(2)

    @Operation
    fun submit(
        @Param(name = "thread") thread: Int,
        @Param(name = "key") key: Int,
        @Param(name = "policy") policy: ConflictPolicy,
    ): String = hold(thread, key) { scope.submissions().submit(KEYS[slot(key)], policy, null, it) }

    @Operation
    fun share(@Param(name = "thread") thread: Int, @Param(name = "key") key: Int): String = hold(thread, key) {
        val joined = scope.submissions().tryJoin(KEYS[slot(key)])
        if (joined !=
            null
        ) {
            Placement(Placement.How.JOINED, joined, scope)
        } else {
            scope.submissions().share(KEYS[slot(key)], null, null, it)
        }
    }

    private inline fun hold(thread: Int, key: Int, submit: (ByHandBody) -> Placement<String>): String {
        val body = ByHandBody()
        val placement = submit(body)
        placement.job()?.markObserved() // nothing is logged
        placement.job()?.let { leases[thread][slot(key)].addLast(it) }
        bodies[thread] += body
        answers[thread] += placement.how().name
        return placement.how().name
    }

    /** Drops the newest lease this thread has under the key. */
    @Operation
    fun drop(@Param(name = "thread") thread: Int, @Param(name = "key") key: Int): Boolean {
        val lease = leases[thread][slot(key)].removeLastOrNull() ?: return false
        lease.dropLease()
        return true
    }

    @Operation
    fun cancel(@Param(name = "key") key: Int): Boolean = scope.cancel(KEYS[slot(key)])

    @Operation
    fun lookUp(@Param(name = "key") key: Int): JobState? = scope.views().find(KEYS[slot(key)])?.state()

    @Operation
    fun isInFlight(@Param(name = "key") key: Int): Boolean = scope.views().isInFlight(KEYS[slot(key)])

    @Operation(nonParallelGroup = "body")
    fun begin(@Param(name = "key") key: Int): String {
        while (true) {
            val job = registry.find(KEYS[slot(key)])
            if (job == null || job.state() == JobState.CANCELLING) return "none"
            if (job.begin()) {
                check(running[slot(key)] == null) { "R1: two bodies under one key" }
                @Suppress("UNCHECKED_CAST")
                running[slot(key)] = job as JobCell<String>
                return "began"
            }
            if (job.state() == JobState.RUNNING) return "runs"
            if (job.isWaiting && running[slot(key)] != null) return "waits"
            Thread.onSpinWait()
        }
    }

    @Operation(nonParallelGroup = "body")
    fun end(@Param(name = "key") key: Int, @Param(name = "ok") ok: Boolean): JobState? {
        val job = running[slot(key)] ?: return null
        running[slot(key)] = null
        if (ok) job.succeed("value") else job.fail(IllegalStateException())
        return job.state()
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // A cancel that had read the old job missed the one that replaced it, and answered false.
        initial { actor(::submit, 0, 0, ConflictPolicy.JOIN) }
        parallel {
            thread { actor(::submit, 0, 0, ConflictPolicy.REPLACE) }
            thread { actor(::cancel, 0) }
        }
    }.addCustomScenario {
        // A look that had read the old job saw it end, and not the one that had replaced it.
        initial {
            actor(::submit, 0, 0, ConflictPolicy.JOIN)
            actor(::begin, 0)
        }
        parallel {
            thread {
                actor(::submit, 0, 0, ConflictPolicy.REPLACE)
                actor(::end, 0, true)
            }
            thread {
                actor(::isInFlight, 0)
                actor(::lookUp, 0)
            }
        }
    }.addCustomScenario {
        // Whoever asks for the next run while the one at work ends, is cancelled, or has only begun.
        initial { actor(::submit, 0, 0, ConflictPolicy.JOIN) }
        parallel {
            thread {
                actor(::begin, 0)
                actor(::end, 0, true)
            }
            thread {
                actor(::submit, 0, 0, ConflictPolicy.NEXT)
                actor(::cancel, 0)
            }
        }
        post { actor(::begin, 0) }
    }.addCustomScenario {
        // The wait of a successor was given a limit after it had begun and been cancelled: a timer stayed.
        initial {
            actor(::submit, 0, 0, ConflictPolicy.JOIN)
            actor(::begin, 0)
        }
        parallel {
            thread { actor(::submit, 0, 0, ConflictPolicy.REPLACE) }
            thread {
                actor(::end, 0, true)
                actor(::begin, 0)
                actor(::cancel, 0)
                actor(::end, 0, true)
            }
        }
    }

    @Validate
    fun atRest() {
        val jobs = scope.views().jobs()
        val dying = jobs.count { it.state() == JobState.CANCELLING }
        // Who waits for a body that goes on has all the time it takes.
        val waiting = jobs.count { job ->
            job.isWaiting && jobs.any { it.key() == job.key() && it.state() == JobState.CANCELLING }
        }
        check(scope.views().activeCount() == jobs.size.toLong()) { "${scope.views().activeCount()} active, but $jobs" }
        check(timer.size == waiting + dying) { "${timer.size} timers for $waiting waiting and $dying dying jobs" }
        for (key in KEYS) {
            val chain = jobs.filter { it.key() == key }
            check(chain.count { it.isWaiting } <= 1) { "R1: more than one successor waits" }
            check(chain.none { it.isWaiting } || chain.last().hasBegun()) { "waits for nothing" }
            check(chain.count { !it.isDecided && !it.isWaiting } <= 1) { "R7: two live jobs under one key" }
        }
        val entries = registry.newest.size
        check(entries == jobs.map { it.key() }.distinct().size) { "R2: $entries entries for $jobs" }
        check(bodies.flatMap { it }.all { it.starts.get() <= 1 && it.stops.get() <= 1 })
        val stats = scope.views().snapshot().total()
        val said = answers.flatMap { it }
        check(
            stats.accepted() == said.count {
                it == "STARTED" || it == "REPLACED"
            }.toLong(),
        ) { "R4: $stats for $said" }
        check(stats.joined() == said.count { it == "JOINED" }.toLong()) { "R4: $stats for $said" }
        check(stats.rejected() == said.count { it == "KEY_IN_FLIGHT" }.toLong()) { "R4: $stats for $said" }
        check(stats.active() == scope.views().activeCount()) { "R4: $stats" }
    }

    private companion object {
        val KIND = OffloadKind.named<Any, String>("registry")
        val KEYS: List<OffloadKey.Keyed<String>> = listOf(KIND.key(1), KIND.key(2))
    }
}

/** Three of four operations are about the first key, so that they meet. */
internal fun slot(key: Int): Int = key / 3

internal class RegistrySpecification {
    /** The jobs under each key that have not ended, oldest first. */
    private val keys = Array(2) { ArrayList<Task>() }
    private val leases = Array(LincheckTest.THREADS) { Array(2) { ArrayDeque<Task>() } }

    private class Task(val key: Int, var state: JobState) {
        var leases = 1
        val live get() = state == JobState.QUEUED || state == JobState.RUNNING
    }

    private fun live(key: Int) = keys[key].lastOrNull { it.live }

    fun submit(thread: Int, key: Int, policy: ConflictPolicy): String {
        val live = live(slot(key))
        if (live != null && policy == ConflictPolicy.REJECT) return "KEY_IN_FLIGHT"
        val joins = policy == ConflictPolicy.JOIN || (policy == ConflictPolicy.NEXT && live?.state == JobState.QUEUED)
        if (live != null && joins) {
            live.leases++
            leases[thread][slot(key)].addLast(live)
            return "JOINED"
        }
        val replaces = live != null && policy == ConflictPolicy.REPLACE
        if (replaces) cancel(key)
        val newcomer = Task(slot(key), JobState.QUEUED)
        keys[slot(key)].add(newcomer)
        leases[thread][slot(key)].addLast(newcomer)
        return if (replaces) "REPLACED" else "STARTED"
    }

    fun share(thread: Int, key: Int): String = submit(thread, key, ConflictPolicy.JOIN)

    fun drop(thread: Int, key: Int): Boolean {
        val task = leases[thread][slot(key)].removeLastOrNull() ?: return false
        if (task.live && --task.leases == 0) cancel(task)
        return true
    }

    private fun cancel(task: Task) {
        if (task.state == JobState.RUNNING) task.state = JobState.CANCELLING else ended(task, JobState.CANCELLED)
    }

    private fun ended(task: Task, state: JobState) {
        task.state = state
        keys[task.key].remove(task)
    }

    fun cancel(key: Int): Boolean {
        val live = keys[slot(key)].filter { it.live }
        live.forEach { cancel(it) }
        return live.isNotEmpty()
    }

    fun lookUp(key: Int): JobState? = (live(slot(key)) ?: keys[slot(key)].lastOrNull())?.state

    fun isInFlight(key: Int): Boolean = keys[slot(key)].isNotEmpty()

    fun begin(key: Int): String {
        val task = live(slot(key)) ?: return "none"
        if (task.state == JobState.RUNNING) return "runs"
        if (keys[slot(key)].first() !== task) return "waits"
        task.state = JobState.RUNNING
        return "began"
    }

    fun end(key: Int, ok: Boolean): JobState? {
        val task = keys[slot(key)].firstOrNull()?.takeIf { it.state != JobState.QUEUED } ?: return null
        val how = if (ok) JobState.SUCCEEDED else JobState.FAILED
        ended(task, if (task.state == JobState.CANCELLING) JobState.CANCELLED else how)
        return task.state
    }
}
