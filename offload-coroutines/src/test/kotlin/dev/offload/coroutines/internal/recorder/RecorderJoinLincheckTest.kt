package dev.offload.coroutines.internal.recorder

import dev.offload.LaunchOutcome
import dev.offload.OffloadKind
import dev.offload.TaskState
import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.job.ByHandBody
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.job.Lease
import dev.offload.coroutines.internal.job.scopeByHand
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen

/**
 * A1, L1: who launches a task that works joins its run, whatever that is about to do; each lease counts, and the last one
 * given up is the end of the run. Each thread has one handle at a time. Who ends the run finds it, once it is WORKING.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
internal class RecorderJoinLincheckTest : LincheckTest(RecorderJoinSpecification::class.java) {
    override val scenarios = 2

    private val recorder = RecorderCore<Int, String>(scopeByHand(), KIND, null)
    private val handles = arrayOfNulls<Held>(THREADS)

    @Operation
    fun launch(@Param(name = "thread") thread: Int): String {
        if (handles[thread] != null) return "has one"
        return when (val outcome = recorder.launch(ID, null, ByHandBody()) { job, joined -> Held(job, joined) }) {
            is LaunchOutcome.Launched -> "launched".also { handles[thread] = outcome.handle() }
            is LaunchOutcome.AlreadyWorking -> "joined".also { handles[thread] = outcome.handle() }
            is LaunchOutcome.AlreadySucceeded -> "succeeded"
        }
    }

    @Operation
    fun giveUp(@Param(name = "thread") thread: Int): Boolean? {
        val handle = handles[thread] ?: return null
        handles[thread] = null
        return handle.cancel()
    }

    @Operation(nonParallelGroup = "body")
    fun succeed(): Boolean {
        val job = recorder.underWay(ID).jobs().firstOrNull() ?: return false
        if (!job.begin()) return false
        @Suppress("UNCHECKED_CAST")
        (job as JobCell<String>).succeed("value")
        return recorder.state(ID) == TaskState.SUCCEEDED
    }

    @Operation
    fun state(): TaskState = recorder.state(ID)

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // The run that is to be joined is given up, or ends, in between.
        initial { actor(::launch, 0) }
        parallel {
            thread { actor(::giveUp, 0) }
            thread {
                actor(::launch, 1)
                actor(::state)
            }
        }
    }.addCustomScenario {
        parallel {
            thread {
                actor(::launch, 0)
                actor(::succeed)
            }
            thread {
                actor(::launch, 1)
                actor(::giveUp, 1)
            }
        }
    }

    internal class Held(job: JobCell<String>, joined: Boolean) : Lease<String>(job, joined)

    private companion object {
        const val ID = 1
        val KIND = OffloadKind.named<Int, String>("task")
    }
}

internal class RecorderJoinSpecification {
    private var state = TaskState.NOT_FOUND
    private val holds = BooleanArray(LincheckTest.THREADS)

    fun launch(thread: Int): String = when {
        holds[thread] -> "has one"
        state == TaskState.SUCCEEDED -> "succeeded"
        state == TaskState.WORKING -> "joined".also { holds[thread] = true }
        else -> "launched".also { holds[thread] = true }.also { state = TaskState.WORKING }
    }

    fun giveUp(thread: Int): Boolean? {
        if (!holds[thread]) return null
        holds[thread] = false
        if (state != TaskState.WORKING) return false
        if (holds.none { it }) state = TaskState.FAILED
        return true
    }

    fun succeed(): Boolean {
        if (state != TaskState.WORKING) return false
        // Whoever works must have begun: a run that is given up then is cancelled while it runs, and the task may be
        // launched again before its body has ended. Here a body begins and ends at once, as seen by others.
        state = TaskState.SUCCEEDED
        return true
    }

    fun state(): TaskState = state
}
