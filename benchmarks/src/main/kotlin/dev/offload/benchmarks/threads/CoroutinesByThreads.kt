package dev.offload.benchmarks.threads

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/** What [OffloadByThreads] does, by plain coroutines of one scope. */
class CoroutinesByThreads {
    private val scope = CoroutineScope(SupervisorJob())

    /** Starts and awaits one coroutine after the other. */
    fun asyncs(jobs: Int) = runBlocking {
        val here = dispatcher()
        repeat(jobs) { scope.async(here) {}.await() }
    }

    /** Opens one scope after the other, and ends it. */
    fun supervisorScopes(scopes: Int) = runBlocking {
        repeat(scopes) { supervisorScope {} }
    }
}

/** That of the thread in `runBlocking`. */
internal fun CoroutineScope.dispatcher(): CoroutineContext = checkNotNull(coroutineContext[ContinuationInterceptor])
