package dev.offload.coroutines.internal.job

import dev.offload.CancelReason
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Validate

/** R5: whoever asks a job for its number gets the same; by it the job is found until it ends, and never after. */
internal class JobNumberLincheckTest : LincheckTest(JobNumberSpecification::class.java) {
    override val scenarios = 2

    private val scope = scopeByHand()
    private val numbers = scope.engine().numbers()
    private val job: JobCell<String> = scope.submissions().submit(KIND.key(1), null, null, ByHandBody()).taken()

    @Operation
    fun number(): Boolean = job.number() == job.number()

    /** Whether it is found by the number that it has. */
    @Operation
    fun find(): Boolean = numbers.find(job.number()) != null

    @Operation
    fun end(): Boolean = job.cancel(CancelReason.CANCELLED)

    @Validate
    fun atRest() {
        check(numbers.size() <= 1) { "${numbers.size()} jobs can be found" }
        if (job.isDecided) check(numbers.size() == 0) { "the job has ended, and is found" }
    }

    private companion object {
        val KIND = OffloadKind.named<Any, String>("numbered")
    }
}

internal class JobNumberSpecification {
    private var ended = false

    fun number(): Boolean = true

    fun find(): Boolean = !ended

    fun end(): Boolean = !ended.also { ended = true }
}
