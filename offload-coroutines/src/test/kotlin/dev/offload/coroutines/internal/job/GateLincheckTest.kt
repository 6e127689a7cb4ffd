package dev.offload.coroutines.internal.job

import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen

/**
 * R8: the end of a scope and submissions to it are ordered. A member is counted in, and then the end sees it, or it
 * is refused; a scope at its end takes members while it has any; exactly one of the last member and the closer makes the
 * scope terminate, and then it takes none for ever.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
internal class GateLincheckTest : LincheckTest(GateSpecification::class.java) {
    private val gate = Gate()
    private val jobs = IntArray(THREADS)
    private val scopes = IntArray(THREADS)

    @Operation
    fun enterJob(@Param(name = "thread") thread: Int): Boolean =
        gate.enter(Gate.JOB, false).also { if (it) jobs[thread]++ }

    @Operation
    fun enterScopeAsMember(@Param(name = "thread") thread: Int): Boolean =
        gate.enter(Gate.SCOPE, true).also { if (it) scopes[thread]++ }

    /** Only who is inside may leave. */
    @Operation
    fun leaveJob(@Param(name = "thread") thread: Int): Boolean? {
        if (jobs[thread] == 0) return null
        jobs[thread]--
        return gate.leave(Gate.JOB)
    }

    @Operation
    fun leaveScope(@Param(name = "thread") thread: Int): Boolean? {
        if (scopes[thread] == 0) return null
        scopes[thread]--
        return gate.leave(Gate.SCOPE)
    }

    @Operation
    fun complete(): String = gate.advance(Gate.COMPLETING).name

    @Operation
    fun drain(): String = gate.advance(Gate.DRAINING).name

    @Operation
    fun cancel(): String = gate.advance(Gate.CANCELLED).name

    @Operation
    fun isCancelled(): Boolean = gate.isCancelled

    @Operation
    fun takes(): Boolean = gate.takes(false)

    @Operation
    fun jobs(): Long = gate.jobs()
}

internal class GateSpecification {
    private var stage = Gate.OPEN
    private val jobs = IntArray(LincheckTest.THREADS)
    private val scopes = IntArray(LincheckTest.THREADS)
    private val members get() = jobs.sum() + scopes.sum()

    private fun takes(asMember: Boolean) = when (stage) {
        Gate.OPEN -> true
        Gate.COMPLETING -> members > 0
        Gate.DRAINING -> asMember && members > 0
        else -> false
    }

    fun enterJob(thread: Int): Boolean = takes(false).also { if (it) jobs[thread]++ }

    fun enterScopeAsMember(thread: Int): Boolean = takes(true).also { if (it) scopes[thread]++ }

    fun leaveJob(thread: Int): Boolean? = leave(jobs, thread)

    fun leaveScope(thread: Int): Boolean? = leave(scopes, thread)

    private fun leave(inside: IntArray, thread: Int): Boolean? {
        if (inside[thread] == 0) return null
        inside[thread]--
        return members == 0 && stage != Gate.OPEN
    }

    fun complete(): String = advance(Gate.COMPLETING)

    fun drain(): String = advance(Gate.DRAINING)

    fun cancel(): String = advance(Gate.CANCELLED)

    private fun advance(to: Int): String {
        if (stage >= to) return "NONE"
        val terminates = stage == Gate.OPEN && members == 0
        stage = to
        return if (terminates) "TERMINATED" else "MOVED"
    }

    fun isCancelled(): Boolean = stage == Gate.CANCELLED

    fun takes(): Boolean = takes(false)

    fun jobs(): Long = jobs.sum().toLong()
}
