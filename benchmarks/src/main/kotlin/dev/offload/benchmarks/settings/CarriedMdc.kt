package dev.offload.benchmarks.settings

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.slf4j.MDCContext
import kotlin.coroutines.EmptyCoroutineContext

/** Jobs with the diagnostic context of their caller, who has one in any case. */
class CarriedMdc {
    private val manager = OffloadManager()
    private val kind = OffloadKind.named<Int, Unit>("benchmark")
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val mdc = MDCContext(mapOf("request" to "0f8fad5b", "tenant" to "benchmark"))

    /** Submits and awaits one job after the other. */
    fun offload(jobs: Int) = runBlocking(Dispatchers.Default + mdc) {
        for (id in 0 until jobs) manager.submit(kind.key(id), context = mdc) {}.await()
    }

    /** As [offload], but the jobs have no such context. */
    fun without(jobs: Int) = runBlocking(Dispatchers.Default + mdc) {
        for (id in 0 until jobs) manager.submit(kind.key(id), context = EmptyCoroutineContext) {}.await()
    }

    /** Starts and awaits one coroutine after the other. */
    fun async(jobs: Int) = runBlocking(Dispatchers.Default + mdc) {
        repeat(jobs) { scope.async(mdc) {}.await() }
    }
}
