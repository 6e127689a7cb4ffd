package dev.offload.coroutines.internal.job

import dev.offload.OffloadConfig
import dev.offload.OffloadCycleException
import dev.offload.OffloadKind
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.kinds.KindSettings
import dev.offload.coroutines.internal.kinds.ScopeKind
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * E5: of racing waits that close a circle at least one is refused, so no circle of waits comes to be; and none is refused
 * without a circle.
 *
 * Who is refused is not compared with a sequence: each of two racing waits may find the other one written, and both are
 * told then, which is no sequence's answer. So the operations answer nothing, and what came of them is checked at the end:
 * the waits that stand have no circle, and a refused one would have closed a circle with waits that were there or tried.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "job", gen = IntGen::class, conf = "0:2")
internal class WaitGraphLincheckTest : LincheckTest(WaitGraphSpecification::class.java) {
    override val scenarios = 2

    private val scope = scopeByHand()
    private val account = ScopeKind(KindSettings(KIND, OffloadConfig.defaults(), null), null)
    private val jobs = Array(JOBS) { job ->
        JobCell(KIND.key(job), scope, account, ByHandBody(), TimeoutPolicy.none(), null, true).also {
            check(it.begin())
        }
    }
    private val waits = Array(THREADS) { ArrayList<Wait>() }

    /** Any coroutine of a body may wait, so one job waits on several threads. */
    @Operation
    fun begin(
        @Param(name = "thread") thread: Int,
        @Param(name = "job") waiting: Int,
        @Param(name = "job") target: Int,
    ) {
        val edge = try {
            WaitGraph.begin(jobs[waiting], jobs[target].endTarget())
        } catch (_: OffloadCycleException) {
            null
        }
        waits[thread] += Wait(waiting, target, edge)
    }

    /** The oldest wait of this thread that stands is over. */
    @Operation
    fun end(@Param(name = "thread") thread: Int) {
        val wait = waits[thread].firstOrNull { it.stands } ?: return
        wait.stands = false
        wait.edge!!.close()
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        parallel {
            thread { actor(::begin, 0, 0, 1) }
            thread { actor(::begin, 1, 1, 0) }
        }
    }.addCustomScenario {
        parallel {
            thread { actor(::begin, 0, 0, 1) }
            thread { actor(::begin, 1, 1, 2) }
            thread { actor(::begin, 2, 2, 0) }
        }
    }

    @Validate
    fun atRest() {
        val all = waits.flatMap { it }
        val standing = all.filter { it.stands }
        check(standing.none { leads(it.target, it.waiting, standing) }) { "a circle: $standing" }
        for (refused in all.filter { it.edge == null }) {
            check(leads(refused.target, refused.waiting, all)) { "refused without a circle: $refused of $all" }
        }
        // A job keeps its waits that stand, and none that is over.
        jobs.forEachIndexed { job, cell ->
            var kept = 0
            cell.node?.let { node -> WaitSearch.eachBlocker(node) { _, _ -> kept++ } }
            check(kept == standing.count { it.waiting == job }) { "job $job keeps $kept waits of $standing" }
        }
    }

    /** Whether [to] is [from] or can be reached from there. */
    private fun leads(from: Int, to: Int, over: List<Wait>): Boolean {
        val met = BooleanArray(JOBS).also { it[from] = true }
        repeat(JOBS) {
            for (wait in over) if (met[wait.waiting]) met[wait.target] = true
        }
        return met[to]
    }

    private class Wait(val waiting: Int, val target: Int, val edge: WaitEdge?) {
        var stands = edge != null

        override fun toString() = "$waiting->$target" + if (edge == null) " (refused)" else ""
    }

    private companion object {
        const val JOBS = 3
        val KIND = OffloadKind.named<Any, String>("graph")
    }
}

internal class WaitGraphSpecification {
    fun begin(@Suppress("unused") thread: Int, @Suppress("unused") waiting: Int, @Suppress("unused") target: Int) {}

    fun end(@Suppress("unused") thread: Int) {}
}
