package dev.offload.benchmarks.threads

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.scope
import kotlinx.coroutines.runBlocking

/**
 * Work of several threads on one manager. Each thread runs its own coroutines and their bodies in `runBlocking`, so the
 * threads share the manager, and no dispatcher.
 */
class OffloadByThreads {
    private val manager = OffloadManager()
    private val kind = OffloadKind.named<Int, Unit>("benchmark")

    /** Submits and awaits one job after the other, under the keys from [first] on. */
    fun uniqueKeys(first: Int, jobs: Int) = runBlocking {
        val here = dispatcher()
        for (id in first until first + jobs) manager.submit(kind.key(id), context = here) {}.await()
    }

    /** Opens one scope after the other, and ends it. */
    fun emptyScopes(scopes: Int) = runBlocking {
        repeat(scopes) { manager.scope("empty") {} }
    }
}
