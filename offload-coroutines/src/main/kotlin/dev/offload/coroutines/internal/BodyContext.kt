package dev.offload.coroutines.internal

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/** The context in which bodies of a scope run: without a `Job`, because the registry owns them. */
internal class BodyContext(context: CoroutineContext) {
    private val context: CoroutineContext = Dispatchers.Default + context.minusKey(Job).minusKey(JobElement)

    val all: CoroutineContext get() = context

    /** A body; [extra] goes before what is set here. */
    fun <T> body(extra: CoroutineContext, block: suspend CoroutineScope.() -> T): SuspendBody<T> {
        val joined = (context + extra).copied()
        val dispatcher = joined[ContinuationInterceptor]
        require(dispatcher is CoroutineDispatcher) {
            "context must hold a CoroutineDispatcher to run bodies on, but holds another ContinuationInterceptor"
        }
        return SuspendBody(joined, JobElement(), dispatcher, block)
    }
}

/** Refuses what would take a job out of the hands of its scope. */
internal fun CoroutineContext.requireNoJob(): CoroutineContext {
    require(this[Job] == null) {
        "context must not hold a Job: the scope owns its jobs; pass context.minusKey(Job)"
    }
    return this
}
