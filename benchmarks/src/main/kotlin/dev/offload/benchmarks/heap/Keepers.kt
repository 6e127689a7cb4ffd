package dev.offload.benchmarks.heap

import dev.offload.OffloadKind
import dev.offload.TaskState
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.cancel
import dev.offload.coroutines.internal.recorder.Bookkeeping
import dev.offload.coroutines.joinAll
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.job
import kotlinx.coroutines.runBlocking
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CountDownLatch

/** What is weighed, by name: makes one for each id, and answers what keeps them until it is closed. */
val keepers: Map<String, (Array<String>) -> AutoCloseable> =
    mapOf(
        "JobInFlight.offload" to ::jobs,
        "JobInFlight.async" to ::asyncs,
        "ParkedWaiter.offload" to ::waiters,
        "ParkedWaiter.channelInMap" to ::channels,
        "RecordedSuccess.offload" to ::successes,
        "RecordedSuccess.mapEntry" to ::entries,
    )

private fun jobs(ids: Array<String>): AutoCloseable {
    val manager = OffloadManager()
    val kind = OffloadKind.named<String, Unit>("kept")
    val end: suspend () -> Unit = {
        manager.cancel()
        manager.joinAll()
    }
    return inFlight(ids, end) { id, block -> manager.submit(kind.key(id), block = block) }
}

private fun asyncs(ids: Array<String>): AutoCloseable {
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    return inFlight(ids, { scope.coroutineContext.job.cancelAndJoin() }) { _, block -> scope.async(block = block) }
}

private fun inFlight(
    ids: Array<String>,
    end: suspend () -> Unit,
    start: (String, suspend CoroutineScope.() -> Unit) -> Any,
): AutoCloseable {
    val running = CountDownLatch(ids.size)
    val block: suspend CoroutineScope.() -> Unit = {
        running.countDown()
        awaitCancellation()
    }
    val handles = Array(ids.size) { start(ids[it], block) }
    running.await()
    return AutoCloseable {
        runBlocking { end() } // what ends late would be weighed with the next
        check(handles.size == ids.size)
    }
}

private fun waiters(ids: Array<String>): AutoCloseable {
    val map = WaitMap<String, String>()
    val waiters = Array(ids.size) { map.subscribe(ids[it]) }
    return AutoCloseable { check(map.size == waiters.size) }
}

private fun channels(ids: Array<String>): AutoCloseable {
    val map = ConcurrentHashMap<String, Channel<String>>()
    val channels = Array(ids.size) { i -> Channel<String>(1).also { map[ids[i]] = it } }
    return AutoCloseable { check(map.size == channels.size) }
}

private fun successes(ids: Array<String>): AutoCloseable {
    val recorder = Bookkeeping<String>()
    ids.forEach(recorder::succeed)
    return AutoCloseable { check(recorder.state(ids[0]) == TaskState.SUCCEEDED) }
}

private fun entries(ids: Array<String>): AutoCloseable {
    val map = ConcurrentHashMap<String, TaskState>()
    ids.forEach { map[it] = TaskState.SUCCEEDED }
    return AutoCloseable { check(map.size == ids.size) }
}
