package dev.offload.coroutines.internal

import dev.offload.RevokeOutcome
import dev.offload.TaskState
import dev.offload.TaskState.FAILED
import dev.offload.TaskState.NOT_FOUND
import dev.offload.TaskState.SUCCEEDED
import dev.offload.TaskState.WORKING
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs

private const val ID = "id"
private val CAUSE = IllegalStateException("failed")

/**
 * Between the decision of an attempt and the note of it in the table, everybody who asks finds what was decided.
 *
 * Each test here makes that gap: the attempt of a fresh table is decided, and nobody has settled it.
 */
class TaskTableSpec :
    FunSpec({
        test("A4: a run that succeeded, not settled yet, reads and acts as SUCCEEDED") {
            fun decided() = Fixture().apply { run.write(Attempt.SUCCESS) }
            decided().table.state(ID) shouldBe SUCCEEDED
            decided().table.failure(ID) shouldBe null
            decided().table.begin(TaskRun(ID)) shouldBe SUCCEEDED
            decided().run { table.begin(RevokeRun(ID)).also { shouldRecord(SUCCEEDED) } } shouldBe null
            decided().run { table.forget(ID).also { shouldRecord(SUCCEEDED) } } shouldBe false
            decided().run { table.drop(ID).also { shouldRecord(NOT_FOUND) } } shouldBe true
        }

        test("A3, A4: a run that failed, not settled yet, reads and acts as FAILED, and has its cause") {
            fun decided() = Fixture().apply { run.write(CAUSE) }
            decided().table.state(ID) shouldBe FAILED
            decided().table.failure(ID) shouldBeSameInstanceAs CAUSE
            decided().run { table.begin(TaskRun(ID)).also { shouldRecord(WORKING) } } shouldBe null
            decided().table.begin(RevokeRun(ID)) shouldBe RevokeOutcome.NotSucceeded(FAILED)
            decided().run { table.forget(ID).also { shouldRecord(NOT_FOUND) } } shouldBe true
            decided().run { table.drop(ID).also { shouldRecord(FAILED) } } shouldBe false
        }

        test("A2, A4: a revoke that succeeded, not settled yet, reads and acts as NOT_FOUND") {
            fun decided() = Fixture().apply { revoking().write(Attempt.SUCCESS) }
            decided().table.state(ID) shouldBe NOT_FOUND
            decided().table.tasks(SUCCEEDED).shouldBeEmpty()
            decided().table.failure(ID) shouldBe null
            decided().run { table.begin(TaskRun(ID)).also { shouldRecord(WORKING) } } shouldBe null
            decided().table.begin(RevokeRun(ID)) shouldBe RevokeOutcome.NotSucceeded(NOT_FOUND)
            decided().table.forget(ID) shouldBe false
            decided().run { table.drop(ID).also { shouldRecord(NOT_FOUND) } } shouldBe false
        }

        test("A2, A4: a revoke that failed, not settled yet, leaves a success that can be revoked") {
            fun decided() = Fixture().apply { revoking().write(CAUSE) }
            decided().table.state(ID) shouldBe SUCCEEDED
            decided().table.failure(ID) shouldBe null
            decided().table.begin(TaskRun(ID)) shouldBe SUCCEEDED
            decided().run { table.begin(RevokeRun(ID)).also { shouldRecord(SUCCEEDED) } } shouldBe null
            decided().table.forget(ID) shouldBe false
            decided().run { table.drop(ID).also { shouldRecord(NOT_FOUND) } } shouldBe true
        }

        test("A1: what an attempt was decided to be stays, and is noted once") {
            val failed = Fixture()
            failed.table.fail(failed.run, CAUSE)
            failed.run.write(Attempt.SUCCESS)
            failed.table.settle(failed.run)
            failed.run.verdict() shouldBeSameInstanceAs CAUSE
            failed.shouldRecord(FAILED)

            val succeeded = Fixture()
            succeeded.run.write(Attempt.SUCCESS)
            succeeded.table.settle(succeeded.run)
            succeeded.table.fail(succeeded.run, CAUSE)
            succeeded.table.settle(succeeded.run)
            succeeded.run.verdict() shouldBe Attempt.SUCCESS
            succeeded.shouldRecord(SUCCEEDED)
        }
    })

/** A table with one open run. */
private class Fixture {
    val table = TaskTable<String>(TaskFeed()) { listOf(ID) }
    val run = TaskRun(ID).also { table.begin(it) shouldBe null }

    /** Lets the run succeed, and begins to revoke it. */
    fun revoking(): RevokeRun<String> {
        run.write(Attempt.SUCCESS)
        table.settle(run)
        return RevokeRun(ID).also { table.begin(it) shouldBe null }
    }

    /** The one id is in this state, and so all lists and counts say. */
    fun shouldRecord(state: TaskState) {
        table.state(ID) shouldBe state
        for (each in listOf(WORKING, SUCCEEDED, FAILED)) {
            table.tasks(each) shouldContainExactly if (each == state) listOf(ID) else emptyList()
            table.count(each) shouldBe if (each == state) 1 else 0
        }
    }
}
