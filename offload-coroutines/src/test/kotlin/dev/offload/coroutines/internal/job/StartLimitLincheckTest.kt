package dev.offload.coroutines.internal.job

import dev.offload.JobState
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.Operation

/** T1: a body that has begun is not ended by the limit of its start, and one that was ended by it never begins. */
internal class StartLimitLincheckTest : LincheckTest(StartLimitSpecification::class.java) {
    override val scenarios = 2

    private val job: JobCell<String> = scopeByHand().submissions().submit(KIND.key(1), null, null, ByHandBody()).taken()

    @Operation
    fun begin(): Boolean = job.begin()

    @Operation
    fun timeIsOver() = job.cancelUnstarted()

    @Operation
    fun join(): Boolean = job.tryJoin()

    @Operation
    fun state(): JobState = job.state()

    private companion object {
        val KIND = OffloadKind.named<Any, String>("limited")
    }
}

internal class StartLimitSpecification {
    private var state = JobState.QUEUED

    fun begin(): Boolean {
        if (state != JobState.QUEUED) return false
        state = JobState.RUNNING
        return true
    }

    fun timeIsOver() {
        if (state == JobState.QUEUED) state = JobState.CANCELLED
    }

    fun join(): Boolean = state.isActive

    fun state(): JobState = state
}
