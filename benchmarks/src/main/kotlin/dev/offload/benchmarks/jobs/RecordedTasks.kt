package dev.offload.benchmarks.jobs

import dev.offload.LaunchOutcome
import dev.offload.OffloadKind
import dev.offload.TaskState
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.TaskRecorder
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import java.util.concurrent.ConcurrentHashMap

/** Tasks with empty bodies that are launched, and then revoked. */
class RecordedTasks(private val tasks: Int) {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val states = ConcurrentHashMap<Int, TaskState>()
    private val recorder = TaskRecorder(OffloadManager(), OffloadKind.named<Int, Unit>("benchmark"))

    /** The library. */
    fun launchAndRevoke() = runBlocking(Dispatchers.Default) {
        for (id in 0 until tasks) launched(recorder.launch(id) {}).await()
        for (id in 0 until tasks) recorder.revoke(id) {}
    }

    private fun launched(outcome: LaunchOutcome<OffloadDeferred<Unit>>) = (outcome as LaunchOutcome.Launched).handle()

    /** By a map, which knows neither what failed nor who revokes twice. */
    fun asyncAndMap() = runBlocking(Dispatchers.Default) {
        for (id in 0 until tasks) {
            check(states.putIfAbsent(id, TaskState.WORKING) == null)
            scope.async { states[id] = TaskState.SUCCEEDED }.await()
        }
        for (id in 0 until tasks) scope.async { states.remove(id) }.await()
    }
}
