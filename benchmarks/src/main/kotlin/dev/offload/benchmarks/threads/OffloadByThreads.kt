package dev.offload.benchmarks.threads

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.scope
import kotlinx.coroutines.runBlocking

/**
 * What several threads do with one manager at a time. Each of them runs its own coroutines, and the bodies it asks for, so
 * that no dispatcher comes between, and what the threads have in common is the manager alone.
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
