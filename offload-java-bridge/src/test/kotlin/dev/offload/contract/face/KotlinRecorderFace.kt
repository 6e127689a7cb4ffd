package dev.offload.contract.face

import dev.offload.LaunchOutcome
import dev.offload.RevokeOutcome
import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.TimeoutPolicy
import dev.offload.contract.fixture.Body
import dev.offload.contract.fixture.Bounded
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.TaskRecorder
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.launch
import java.time.Duration
import java.util.Optional
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.function.Consumer
import kotlin.time.toKotlinDuration

/** The contract's view of a [TaskRecorder]. */
internal class KotlinRecorderFace(private val recorder: TaskRecorder<String, Int>) : RecorderFace {
    override fun launch(id: String, body: Body<Int>): LaunchOutcome<Handle<Int>> =
        view(recorder.launch(id) { body.runSuspending() })

    override fun launch(id: String, limits: TimeoutPolicy, body: Body<Int>): LaunchOutcome<Handle<Int>> =
        view(recorder.launch(id, limits) { body.runSuspending() })

    private fun view(outcome: LaunchOutcome<OffloadDeferred<Int>>): LaunchOutcome<Handle<Int>> = when (outcome) {
        is LaunchOutcome.Launched -> LaunchOutcome.Launched(KotlinHandle(outcome.handle()))
        is LaunchOutcome.AlreadyWorking -> LaunchOutcome.AlreadyWorking(KotlinHandle(outcome.handle()))
        is LaunchOutcome.AlreadySucceeded -> LaunchOutcome.AlreadySucceeded(outcome.handle()?.let { KotlinHandle(it) })
    }

    override fun launchWhenRoom(id: String, body: Body<Int>): Wait<LaunchOutcome<Handle<Int>>> =
        KotlinWait { view(recorder.launchWhenRoom(id) { body.runSuspending() }) }

    override fun awaitEnd(id: String): Wait<TaskState> = KotlinWait { recorder.awaitEnd(id) }

    override fun joinAll(): Wait<Void> = KotlinWait { recorder.joinAll().let { null } }

    override fun cancelAll(): Int = recorder.cancelAll()

    override fun state(id: String): TaskState = recorder.state(id)

    override fun stateAssumingLaunched(id: String): TaskState = recorder.stateAssumingLaunched(id)

    override fun failure(id: String): Optional<Throwable> = Optional.ofNullable(recorder.failure(id))

    override fun revoke(id: String, block: Body<Int>): CompletableFuture<RevokeOutcome<Int>> =
        Callers.start { recorder.revoke(id) { block.runSuspending() } }

    override fun tasks(state: TaskState): List<String> = recorder.tasks(state)

    override fun count(state: TaskState): Long = recorder.count(state)

    override fun forget(id: String): Boolean = recorder.forget(id)

    override fun dropSucceeded(ids: List<String>): Int = recorder.dropSucceeded(ids)

    override fun dropSucceeded(olderThan: Duration): Int = recorder.dropSucceeded(olderThan.toKotlinDuration())

    override fun transitions(watcher: Consumer<TaskEvent<String>>): Runnable = collect(recorder.transitions, watcher)

    override fun watch(watcher: Consumer<TaskEvent<String>>): Runnable = collect(recorder.watch(), watcher)

    private fun collect(events: Flow<TaskEvent<String>>, watcher: Consumer<TaskEvent<String>>): Runnable {
        val watching = WATCHERS.launch(start = CoroutineStart.UNDISPATCHED) { events.collect(watcher::accept) }
        return Runnable { watching.cancel() }
    }

    private companion object {
        /** With threads of their own, so that no watcher waits for another one. */
        val WATCHERS =
            CoroutineScope(
                SupervisorJob() + Executor { task -> Bounded.newThread(task).start() }.asCoroutineDispatcher(),
            )
    }
}
