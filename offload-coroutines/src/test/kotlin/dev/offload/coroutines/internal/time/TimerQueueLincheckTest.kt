package dev.offload.coroutines.internal.time

import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen

/**
 * T1: a task is run by the first look of the clock at or after its tick, unless it was taken back before; and it is run
 * once. Entries that come, leave and are due meet in every order; one thread at a time is the clock.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "tick", gen = IntGen::class, conf = "1:3")
internal class TimerQueueLincheckTest : LincheckTest(TimerQueueSpecification::class.java) {
    private val due = ArrayList<Int>()
    private val queue = TimerQueue({}, Runnable::run)

    /** What each thread put in last, and whether that has been run. */
    private val mine = MutableList<OffloadTimer.Task?>(THREADS) { null }
    private var now = 0L

    @Operation
    fun add(@Param(name = "thread") thread: Int, @Param(name = "tick") tick: Int) {
        mine[thread] = queue.add(tick.toLong()) { due += thread * 10 + tick }
    }

    @Operation
    fun cancel(@Param(name = "thread") thread: Int) {
        mine[thread]?.cancel()
    }

    @Operation(nonParallelGroup = "clock")
    fun pass(): List<Int> {
        due.clear()
        queue.takeIn()
        queue.giveOut(++now)
        return due.sorted()
    }
}

/** The same as one would write it for one thread. */
internal class TimerQueueSpecification {
    private class Timed(val tick: Int, val name: Int)

    private val waiting = LinkedHashSet<Timed>()
    private val mine = HashMap<Int, Timed>()
    private var now = 0

    fun add(thread: Int, tick: Int) {
        mine[thread] = Timed(tick, thread * 10 + tick).also { waiting += it }
    }

    fun cancel(thread: Int) {
        waiting -= mine[thread] ?: return
    }

    fun pass(): List<Int> {
        now++
        val due = waiting.filter { it.tick <= now }
        waiting -= due.toSet()
        return due.map { it.name }.sorted()
    }
}
