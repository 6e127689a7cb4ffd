package dev.offload.coroutines.internal.job

import dev.offload.ConcurrencyLimit
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.kinds.KindSettings
import dev.offload.coroutines.internal.kinds.ScopeKind
import dev.offload.coroutines.internal.limits.Lane
import dev.offload.coroutines.internal.limits.PermitPool
import dev.offload.coroutines.internal.limits.Ticket
import org.jetbrains.lincheck.datastructures.BooleanGen
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * T3: permits and places in queues. Two limits, one for all jobs and one for some of them; permits of both are taken
 * together, never exceeded and never lost; among the jobs that find all they need the oldest goes first; a full queue takes
 * nobody. Each operation answers which jobs it let go.
 *
 * Each thread moves its own tickets, as the thread does that submits a job, and the one that ends it. What is lent along
 * waits needs bodies that wait, and is for the specs of limits and their stress.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "kind", gen = IntGen::class, conf = "0:1")
@Param(name = "flag", gen = BooleanGen::class)
internal class AdmissionLincheckTest : LincheckTest(AdmissionSpecification::class.java) {
    override val scenarios = 3

    private val scope = scopeByHand()
    private val all = PermitPool("all", ConcurrencyLimit.of(2).withMaxQueued(2))
    private val some = PermitPool("some", ConcurrencyLimit.of(1))
    private val accounts = listOf(
        ScopeKind(entry("plain"), Lane(listOf(all))),
        ScopeKind(entry("limited"), Lane(listOf(all, some))),
    )
    private val held = Array(THREADS) { ArrayDeque<Held>() }
    private val number = IntArray(THREADS)
    private val let = ThreadLocal<ArrayList<String>>()

    @Operation
    fun reserve(
        @Param(name = "thread") thread: Int,
        @Param(name = "kind") kind: Int,
        @Param(name = "flag") succeeds: Boolean,
        @Param(name = "flag") beyond: Boolean,
    ): String {
        val next = Held("$thread.${number[thread]++}", kind)
        if (!Admission.reserve(next.ticket, succeeds, beyond)) return "full"
        held[thread].addLast(next)
        return next.ticket.state.name
    }

    /** The newest one has no predecessor (any more). */
    @Operation
    fun enter(@Param(name = "thread") thread: Int): String {
        val newest = held[thread].lastOrNull { !it.entered } ?: return "none"
        newest.entered = true
        return after { Admission.enter(newest.ticket, null) }
    }

    /** The oldest one ends, is cancelled where it waits, or was not placed. */
    @Operation
    fun leave(@Param(name = "thread") thread: Int): String {
        val oldest = held[thread].removeFirstOrNull() ?: return "none"
        return after { Admission.ended((oldest.ticket as JobTicket).job)!! }
    }

    /** Runs what an operation left to do, and tells the jobs it let go. */
    private inline fun after(operation: () -> AdmissionStep): String {
        val started = ArrayList<String>()
        let.set(started)
        operation().run()
        return started.joinToString()
    }

    @Validate
    fun atRest() {
        val tickets = held.flatMap { it }
        for ((pool, max) in listOf(all to 2, some to 1)) {
            val under = tickets.filter { pool in it.ticket.lane.pools }
            val running = under.count { it.ticket.state in RUNNING }
            check(pool.used == running && running <= max) { "${pool.used} permits for $running" }
            check(pool.queued == under.size - running) { "${pool.queued} queued, but $under" }
            check(pool.inLane == under.count { it.ticket.isInLane }) { "${pool.inLane} in lanes, but $under" }
        }
        val lanes = tickets.filter { it.ticket.isInLane }.map { it.ticket.lane }.toSet()
        val lines = all.waiting.values + some.waiting.values
        check(lines.size == lanes.size && lines.toSet() == lanes) { "in line are $lines, not $lanes" }
        for (ticket in tickets) {
            val started = if (ticket.ticket.state == Ticket.State.STARTED) 1 else 0
            check(ticket.starts == started) { "started ${ticket.starts} times: $ticket" }
            check(!ticket.ticket.isInLane || !ticket.ticket.lane.hasRoom()) { "waits for nothing: $ticket" }
        }
    }

    private fun entry(name: String) = KindSettings(OffloadKind.named<Any, String>(name), OffloadConfig.defaults(), null)

    private inner class Held(val name: String, kind: Int) : JobBody<String> {
        @Volatile var starts = 0
        var entered = false
        val ticket: Ticket =
            JobCell(KEY, scope, accounts[kind], this, TimeoutPolicy.none(), null, true).ticket()!!

        override fun startBody(job: JobCell<String>) {
            starts++
            let.get() += name
        }

        override fun stopBody() = Unit

        override fun toString() = "$name ${ticket.state}"
    }

    private companion object {
        val KEY = OffloadKind.named<Any, String>("admission").key(1)
        val RUNNING = listOf(Ticket.State.PERMIT, Ticket.State.STARTED)
    }
}

internal class AdmissionSpecification {
    private class Task(val name: String, val kind: Int, var runs: Boolean) {
        /** When it began to wait for permits; null if it does not. */
        var arrival: Int? = null
        var entered = false
    }

    private val tasks = Array(LincheckTest.THREADS) { ArrayDeque<Task>() }
    private val number = IntArray(LincheckTest.THREADS)
    private var clock = 0

    private fun count(limited: Boolean, runs: Boolean) =
        tasks.sumOf { own -> own.count { it.runs == runs && (!limited || it.kind == 1) } }

    private fun hasRoom(kind: Int) = count(false, true) < 2 && (kind == 0 || count(true, true) < 1)

    fun reserve(thread: Int, kind: Int, succeeds: Boolean, beyond: Boolean): String {
        val name = "$thread.${number[thread]++}"
        val runs = hasRoom(kind) && !succeeds
        if (!hasRoom(kind) && !beyond && count(false, false) >= 2) return "full"
        tasks[thread].addLast(Task(name, kind, runs))
        return if (runs) "PERMIT" else "PLACE"
    }

    private fun newest(thread: Int) = tasks[thread].lastOrNull { !it.entered }

    fun enter(thread: Int): String {
        val task = newest(thread) ?: return "none"
        task.entered = true
        if (task.runs) return task.name
        task.arrival = clock++
        return letGo()
    }

    fun leave(thread: Int): String {
        tasks[thread].removeFirstOrNull() ?: return "none"
        return letGo()
    }

    private fun letGo(): String {
        val names = ArrayList<String>()
        while (true) {
            val waiting = tasks.flatMap { it }.filter { it.arrival != null && !it.runs && hasRoom(it.kind) }
            val oldest = waiting.minByOrNull { it.arrival!! } ?: return names.joinToString()
            oldest.runs = true
            names += oldest.name
        }
    }
}
