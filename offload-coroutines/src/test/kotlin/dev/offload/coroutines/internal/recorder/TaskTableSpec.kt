package dev.offload.coroutines.internal.recorder

import dev.offload.CancelReason
import dev.offload.OffloadKind
import dev.offload.RevokeOutcome
import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.TaskState.FAILED
import dev.offload.TaskState.NOT_FOUND
import dev.offload.TaskState.SUCCEEDED
import dev.offload.TaskState.WORKING
import dev.offload.coroutines.internal.caller.DeferredLease
import dev.offload.coroutines.internal.job.ByHandBody
import dev.offload.coroutines.internal.job.scopeByHand
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import java.util.concurrent.CompletableFuture

private const val ID = "id"
private val KIND = OffloadKind.named<Any, String>("job")
private val CAUSE = IllegalStateException("failed")

/**
 * Between the decision of an attempt and the note of it in the table, everybody who asks finds what was decided.
 *
 * Each test here makes that gap: the attempt of a fresh table is decided, and nobody has settled it.
 */
class TaskTableSpec :
    FunSpec({
        test("R9: a look that an id breaks leaves nobody watching") {
            var throws = false
            val id =
                object {
                    override fun hashCode(): Int {
                        check(!throws) { "refused" }
                        return 1
                    }
                }
            val recorder = RecorderCore<Any, String>(scopeByHand(), OffloadKind.named<Any, String>("watched"), null)
            recorder.launch(id, null, ByHandBody()) { job, joined -> DeferredLease(job, joined) }
            throws = true
            shouldThrow<IllegalStateException> { recorder.view(TaskViewer { }) }
            recorder.feed().isOn shouldBe false
        }

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

        test(
            "A1: who begins to watch finds what is decided and not settled as it was decided, and is not told it again",
        ) {
            for ((verdict, snapshot) in listOf(
                Attempt.SUCCESS to view(),
                CAUSE to view(failed = setOf(ID)),
            )) {
                val fixture = Fixture().apply { run.write(verdict) }
                val told = fixture.watch()
                told.snapshot() shouldBe snapshot
                fixture.table.settle(fixture.run)
                told.steps.shouldBeEmpty()
            }
        }

        test("A1: who begins to watch finds what works, and is told its end, also by who looked for watchers before") {
            val fixture = Fixture()
            val job = scopeByHand().submissions().submit(KIND.key(1), null, null, ByHandBody()).taken()
            fixture.run.decidedBy(job)
            val told = fixture.watch()
            told.snapshot() shouldBe view(working = setOf(ID))
            job.cancel(CancelReason.CANCELLED)
            fixture.table.settle(fixture.run)
            told.steps.map { it.to() } shouldContainExactly listOf(FAILED)
            fixture.table.forget(ID) shouldBe true
            told.steps.map { it.to() } shouldContainExactly listOf(FAILED, NOT_FOUND)
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

private fun view(working: Set<String> = emptySet(), failed: Set<String> = emptySet()) =
    TaskEvent.Snapshot(working, failed)

/** What a viewer was told. */
private class Told(private val viewer: (TaskFeed.Watcher<String>) -> TaskViewer<String>) : TaskFeed.Watcher<String> {
    private val first = CompletableFuture<TaskEvent.Snapshot<String>>()
    val steps = mutableListOf<TaskEvent.Moved<String>>()
    private val own = viewer(this)

    fun snapshot(): TaskEvent.Snapshot<String> = own.snapshot().also { first.isDone shouldBe true }

    override fun offer(event: TaskEvent<String>) {
        when (event) {
            is TaskEvent.Snapshot -> first.complete(event) shouldBe true
            is TaskEvent.Moved -> steps += event
            is TaskEvent.Missed -> error("nothing is missed")
        }
    }
}

/** A table with one open run. */
private class Fixture {
    private val feed = TaskFeed<String>()
    val table = TaskTable<String>(feed, { listOf(ID) }, null)
    val run = TaskRun(ID).also { table.begin(it) shouldBe null }

    fun watch() = Told { told ->
        TaskViewer(told).also {
            feed.watch(it)
            table.look(it)
        }
    }

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
