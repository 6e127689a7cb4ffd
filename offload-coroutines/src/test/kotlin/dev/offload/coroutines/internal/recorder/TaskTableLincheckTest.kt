package dev.offload.coroutines.internal.recorder

import dev.offload.TaskState
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * A1, A2, A4: launch, finish, fail, query, revoke, forget and drop are linearizable by id. Each thread has one attempt at a
 * time, and ends it itself; the table is read by all.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "id", gen = IntGen::class, conf = "1:2")
internal class TaskTableLincheckTest : LincheckTest(TaskTableSpecification::class.java) {
    private val table = TaskTable<Int>(TaskFeed(), { IDS }, null)
    private val runs = arrayOfNulls<TaskRun<Int>>(THREADS)
    private val revokes = arrayOfNulls<RevokeRun<Int>>(THREADS)

    @Operation
    fun launch(@Param(name = "thread") thread: Int, @Param(name = "id") id: Int): String {
        if (runs[thread] != null) return "has one"
        val run = TaskRun(id)
        return table.begin(run)?.let { "already $it" } ?: "launched".also { runs[thread] = run }
    }

    @Operation
    fun finish(@Param(name = "thread") thread: Int, success: Boolean): Boolean {
        val run = runs[thread] ?: return false
        runs[thread] = null
        end(run, success)
        return true
    }

    @Operation
    fun revoke(@Param(name = "thread") thread: Int, @Param(name = "id") id: Int): String {
        if (revokes[thread] != null) return "has one"
        val run = RevokeRun(id)
        return table.begin(run)?.toString() ?: "revoking".also { revokes[thread] = run }
    }

    @Operation
    fun finishRevoke(@Param(name = "thread") thread: Int, success: Boolean): Boolean {
        val run = revokes[thread] ?: return false
        revokes[thread] = null
        end(run, success)
        return true
    }

    /** As the end of a job: the decision, then the note of it. */
    private fun end(attempt: Attempt<Int>, success: Boolean) {
        if (success) {
            attempt.write(Attempt.SUCCESS)
            table.settle(attempt)
        } else {
            table.fail(attempt, FAILURE)
        }
    }

    @Operation
    fun state(@Param(name = "id") id: Int): TaskState = table.state(id)

    @Operation
    fun failed(@Param(name = "id") id: Int): Boolean = table.failure(id) != null

    @Operation
    fun forget(@Param(name = "id") id: Int): Boolean = table.forget(id)

    @Operation
    fun drop(@Param(name = "id") id: Int): Boolean = table.drop(id)

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // A task that fails, is forgotten and launched again while its failure is still being noted.
        initial { actor(::launch, 0, 1) }
        parallel {
            thread { actor(::finish, 0, false) }
            thread {
                actor(::launch, 1, 1)
                actor(::forget, 1)
                actor(::state, 1)
            }
        }
    }.addCustomScenario {
        initial {
            actor(::launch, 0, 1)
            actor(::finish, 0, true)
        }
        parallel {
            thread {
                actor(::revoke, 0, 1)
                actor(::finishRevoke, 0, true)
            }
            thread {
                actor(::revoke, 1, 1)
                actor(::launch, 1, 1)
            }
        }
    }

    /** A5: at rest, counts and lists agree with the states. (Plain loops: the checker transforms what it meets here.) */
    @Validate
    fun atRest() {
        for (state in RECORDED) {
            val listed = table.tasks(state)
            var expected = 0
            for (id in 1..2) {
                if (table.state(id) == state) expected++
                check(listed.contains(id) == (table.state(id) == state)) {
                    "$id is ${table.state(id)}, listed are $listed"
                }
            }
            check(listed.size == expected) { "$expected are $state, listed are $listed" }
            check(table.count(state) == expected.toLong()) { "$expected are $state, counted ${table.count(state)}" }
        }
    }

    private companion object {
        val IDS: List<Int> = java.util.List.of(1, 2)
        val FAILURE = IllegalStateException("failed")
        val RECORDED: List<TaskState> = java.util.List.of(TaskState.WORKING, TaskState.SUCCEEDED, TaskState.FAILED)
    }
}

internal class TaskTableSpecification {
    private val states = arrayOf(TaskState.NOT_FOUND, TaskState.NOT_FOUND, TaskState.NOT_FOUND)
    private val revoking = BooleanArray(3)
    private val runs = arrayOfNulls<Int>(LincheckTest.THREADS)
    private val revokes = arrayOfNulls<Int>(LincheckTest.THREADS)

    fun launch(thread: Int, id: Int): String = when {
        runs[thread] != null -> "has one"

        states[id] == TaskState.WORKING || states[id] == TaskState.SUCCEEDED -> "already ${states[id]}"

        else -> {
            states[id] = TaskState.WORKING
            runs[thread] = id
            "launched"
        }
    }

    fun finish(thread: Int, success: Boolean): Boolean {
        val id = runs[thread] ?: return false
        runs[thread] = null
        states[id] = if (success) TaskState.SUCCEEDED else TaskState.FAILED
        return true
    }

    fun revoke(thread: Int, id: Int): String = when {
        revokes[thread] != null -> "has one"

        states[id] != TaskState.SUCCEEDED -> "NotSucceeded[state=${states[id]}]"

        revoking[id] -> "AlreadyRevoking[]"

        else -> {
            revoking[id] = true
            revokes[thread] = id
            "revoking"
        }
    }

    fun finishRevoke(thread: Int, success: Boolean): Boolean {
        val id = revokes[thread] ?: return false
        revokes[thread] = null
        revoking[id] = false
        if (success) states[id] = TaskState.NOT_FOUND
        return true
    }

    fun state(id: Int): TaskState = states[id]

    fun failed(id: Int): Boolean = states[id] == TaskState.FAILED

    fun forget(id: Int): Boolean = leave(id, TaskState.FAILED)

    fun drop(id: Int): Boolean = !revoking[id] && leave(id, TaskState.SUCCEEDED)

    private fun leave(id: Int, state: TaskState): Boolean {
        if (states[id] != state) return false
        states[id] = TaskState.NOT_FOUND
        return true
    }
}
