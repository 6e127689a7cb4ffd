package dev.offload.coroutines.internal

import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen

/**
 * R8: the end of a scope and submissions to it are ordered. A job is counted in, and then the end sees it, or it is
 * refused; exactly one of the last job and the closer makes the scope terminate.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
internal class GateLincheckTest : LincheckTest(GateSpecification::class.java) {
    private val gate = Gate()
    private val inside = IntArray(THREADS)

    @Operation
    fun enter(@Param(name = "thread") thread: Int): Boolean = gate.enter().also { if (it) inside[thread]++ }

    /** Only who is inside may leave. */
    @Operation
    fun leave(@Param(name = "thread") thread: Int): Boolean? {
        if (inside[thread] == 0) return null
        inside[thread]--
        return gate.leave()
    }

    @Operation
    fun drain(): Boolean = gate.advance(Gate.DRAINING)

    @Operation
    fun cancel(): Boolean = gate.advance(Gate.CANCELLED)

    @Operation
    fun look(): String = if (gate.isCancelled) "cancelled" else "not cancelled"

    @Operation
    fun isOpen(): Boolean = gate.isOpen

    @Operation
    fun active(): Long = gate.active()
}

internal class GateSpecification {
    private var stage = "open"
    private var active = 0L
    private val inside = IntArray(LincheckTest.THREADS)

    fun enter(thread: Int): Boolean {
        if (stage != "open") return false
        active++
        inside[thread]++
        return true
    }

    fun leave(thread: Int): Boolean? {
        if (inside[thread] == 0) return null
        inside[thread]--
        active--
        return active == 0L && stage != "open"
    }

    fun drain(): Boolean {
        if (stage == "open") stage = "draining"
        return active == 0L
    }

    fun cancel(): Boolean {
        stage = "cancelled"
        return active == 0L
    }

    fun look(): String = if (stage == "cancelled") "cancelled" else "not cancelled"

    fun isOpen(): Boolean = stage == "open"

    fun active(): Long = active
}
