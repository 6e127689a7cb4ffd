package dev.offload.coroutines.internal.job

import dev.offload.ConcurrencyLimit
import dev.offload.OffloadConfig
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.kinds.KindSettings
import dev.offload.coroutines.internal.kinds.ScopeKind
import dev.offload.coroutines.internal.limits.Lane
import dev.offload.coroutines.internal.limits.PermitPool
import dev.offload.coroutines.internal.limits.Ticket
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * T3, E5: waits and permits together. Each thread has one job, all under one limit of one: it enters, waits for others and
 * ends while theirs do the same. Whatever the order, at rest nobody queues for a permit that is free, or whose holder
 * waits for him; and who was let go was let go once.
 *
 * Who is let go first depends on who came first, and that two racing waits may both be refused is no sequence's answer
 * ([WaitGraphLincheckTest]). So the operations answer nothing, and what is left is checked.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "job", gen = IntGen::class, conf = "0:3")
internal class LendingLincheckTest : LincheckTest(LendingSpecification::class.java) {
    override val scenarios = 1

    private val scope = scopeByHand()
    private val pool = PermitPool("one", ConcurrencyLimit.of(1))
    private val account = ScopeKind(KindSettings(KIND, OffloadConfig.defaults(), null), Lane(listOf(pool)))
    private val jobs = Array(THREADS) { OneJob(it) }
    private val waits = Array(THREADS) { ArrayList<Wait>() }

    /** The job of this thread comes, has no predecessor, and starts when there is a permit. */
    @Operation
    fun enter(@Param(name = "thread") thread: Int) {
        val job = jobs[thread]
        if (job.ticket.state == Ticket.State.NEW && Admission.reserve(job.ticket, false, false)) {
            Admission.enter(job.ticket, null).run()
        }
    }

    /** A body of the job of this thread waits for another job, if it runs. */
    @Operation
    fun await(@Param(name = "thread") thread: Int, @Param(name = "job") target: Int) {
        val job = jobs[thread]
        if (job.ticket.state != Ticket.State.STARTED) return
        val edge = try {
            WaitGraph.begin(job.cell, jobs[target].cell.endTarget())
        } catch (_: OffloadCycleException) {
            return
        }
        waits[thread] += Wait(thread, target, edge)
        edge.letGo()
    }

    /** The oldest wait of this thread is over. */
    @Operation
    fun goOn(@Param(name = "thread") thread: Int) {
        val wait = waits[thread].firstOrNull { it.stands } ?: return
        wait.stands = false
        wait.edge.close()
    }

    /** The job of this thread has ended, or is cancelled where it queues. */
    @Operation
    fun leave(@Param(name = "thread") thread: Int) {
        while (waits[thread].any { it.stands }) goOn(thread)
        val job = jobs[thread]
        if (job.ticket.state != Ticket.State.NEW) Admission.ended(job.cell)?.run()
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // A wait comes to be while what it is for comes to queue.
        initial { actor(::enter, 1) }
        parallel {
            thread { actor(::await, 1, 2) }
            thread { actor(::enter, 2) }
        }
    }.addCustomScenario {
        // The permit is lent on while the first lender ends.
        initial { actor(::enter, 1) }
        parallel {
            thread {
                actor(::await, 1, 2)
                actor(::leave, 1)
            }
            thread {
                actor(::enter, 2)
                actor(::await, 2, 3)
            }
            thread { actor(::enter, 3) }
        }
    }

    @Validate
    fun atRest() {
        val standing = waits.flatMap { it }.filter { it.stands }
        val top = (pool.firstTop?.ticket as JobTicket?)?.job
        for (queued in jobs.filter { it.ticket.isInLane }) {
            check(!pool.hasRoom()) { "a permit is free, and $queued queues" }
            val holder = jobs.first { it.cell === top }
            check(!leads(holder.number, queued.number, standing)) {
                "$holder waits for $queued, and does not lend: $standing"
            }
        }
        check(pool.queued == jobs.count { it.ticket.isInLane }) { "${pool.queued} queued, but ${jobs.toList()}" }
        check((pool.used == 0) == jobs.none { it.ticket.state == Ticket.State.STARTED }) {
            "${pool.used} permits, but ${jobs.toList()}"
        }
        for (job in jobs) {
            check(job.starts <= 1) { "started ${job.starts} times: $job" }
            check(job.starts == 1 || job.ticket.state != Ticket.State.STARTED) {
                "has its permit, and does not start: $job"
            }
        }
    }

    private fun leads(from: Int, to: Int, over: List<Wait>): Boolean {
        val met = BooleanArray(THREADS).also { it[from] = true }
        repeat(THREADS) {
            for (wait in over) if (met[wait.waiting]) met[wait.target] = true
        }
        return met[to]
    }

    private class Wait(val waiting: Int, val target: Int, val edge: WaitEdge) {
        var stands = true

        override fun toString() = "$waiting->$target"
    }

    private inner class OneJob(val number: Int) : JobBody<String> {
        @Volatile var starts = 0
        val cell: JobCell<String> = JobCell(KIND.key(number), scope, account, this, TimeoutPolicy.none(), null, true)
        val ticket: Ticket = cell.ticket()!!

        override fun startBody(job: JobCell<String>) {
            starts++
            check(cell.begin())
        }

        override fun stopBody() = Unit

        override fun toString() = "$number ${ticket.state}"
    }

    private companion object {
        val KIND = OffloadKind.named<Any, String>("lending")
    }
}

internal class LendingSpecification {
    fun enter(@Suppress("unused") thread: Int) {}

    fun await(@Suppress("unused") thread: Int, @Suppress("unused") target: Int) {}

    fun goOn(@Suppress("unused") thread: Int) {}

    fun leave(@Suppress("unused") thread: Int) {}
}
