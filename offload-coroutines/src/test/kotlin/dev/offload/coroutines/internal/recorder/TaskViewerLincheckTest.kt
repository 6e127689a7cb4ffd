package dev.offload.coroutines.internal.recorder

import dev.offload.JobState
import dev.offload.LaunchOutcome
import dev.offload.OffloadKind
import dev.offload.TaskEvent
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
import org.jetbrains.lincheck.datastructures.Validate

/**
 * A1: whoever begins to watch, while a task is launched, given up, ends, is forgotten or dropped, is told a state and then all
 * steps from that on, and nothing twice: at rest what was told leads to what is there.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
internal class TaskViewerLincheckTest : LincheckTest(TaskViewerSpecification::class.java) {
    override val scenarios = 2

    private val recorder = RecorderCore<Int, String>(scopeByHand(), KIND, null)
    private val handles = arrayOfNulls<Held>(THREADS)
    private val views = arrayOfNulls<View>(THREADS)

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
        return job.state() == JobState.SUCCEEDED // and was not given up meanwhile
    }

    @Operation
    fun forget(): Boolean = recorder.forget(ID)

    @Operation
    fun dropSuccess(): Boolean = recorder.dropSucceeded(IDS) == 1

    @Operation
    fun watch(@Param(name = "thread") thread: Int) {
        if (views[thread] == null) views[thread] = View().also { recorder.view(it.viewer) }
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        parallel {
            thread { actor(::launch, 0) }
            thread { actor(::watch, 1) }
        }
    }.addCustomScenario {
        initial { actor(::launch, 0) }
        parallel {
            thread {
                actor(::succeed)
                actor(::dropSuccess)
            }
            thread { actor(::watch, 1) }
        }
    }.addCustomScenario {
        initial { actor(::launch, 0) }
        parallel {
            thread {
                actor(::giveUp, 0)
                actor(::forget)
            }
            thread { actor(::watch, 1) }
        }
    }

    @Validate
    fun atRest() {
        for (view in views) view?.check(recorder.state(ID))
    }

    internal class Held(job: JobCell<String>, joined: Boolean) : Lease<String>(job, joined)

    internal class View : TaskFeed.Watcher<Int> {
        val viewer = TaskViewer(this)
        private val told = ArrayList<TaskEvent<Int>>()

        override fun offer(event: TaskEvent<Int>) {
            told.add(event)
        }

        fun check(state: TaskState) {
            check(told.firstOrNull() is TaskEvent.Snapshot) { "no snapshot" }
            val snapshot = viewer.snapshot()
            var shown: TaskState? = when {
                snapshot.working().contains(ID) -> TaskState.WORKING
                snapshot.failed().contains(ID) -> TaskState.FAILED
                else -> null
            }
            for (i in 1 until told.size) {
                val moved = told[i] as TaskEvent.Moved
                check(shown == shown(moved.from())) { "told $moved, when it was $shown" }
                shown = shown(moved.to())
            }
            check(shown == shown(state)) { "shown is $shown, but it is $state" }
        }

        private fun shown(state: TaskState) =
            if (state == TaskState.WORKING || state == TaskState.FAILED) state else null
    }

    private companion object {
        const val ID = 1
        val IDS: List<Int> = java.util.List.of(ID)
        val KIND = OffloadKind.named<Int, String>("task")
    }
}

internal class TaskViewerSpecification {
    private var state = TaskState.NOT_FOUND
    private var run = 0
    private val holds = IntArray(LincheckTest.THREADS)

    fun launch(thread: Int): String = when {
        holds[thread] != 0 -> "has one"
        state == TaskState.SUCCEEDED -> "succeeded"
        state == TaskState.WORKING -> "joined".also { holds[thread] = run }
        else -> "launched".also { holds[thread] = ++run }.also { state = TaskState.WORKING }
    }

    fun giveUp(thread: Int): Boolean? {
        val held = holds[thread]
        if (held == 0) return null
        holds[thread] = 0
        if (state != TaskState.WORKING || held != run) return false
        if (holds.none { it == run }) state = TaskState.FAILED
        return true
    }

    fun succeed(): Boolean = leave(TaskState.WORKING, TaskState.SUCCEEDED)

    fun forget(): Boolean = leave(TaskState.FAILED, TaskState.NOT_FOUND)

    fun dropSuccess(): Boolean = leave(TaskState.SUCCEEDED, TaskState.NOT_FOUND)

    private fun leave(from: TaskState, to: TaskState): Boolean {
        if (state != from) return false
        state = to
        return true
    }

    fun watch(@Suppress("unused") thread: Int) {}
}
