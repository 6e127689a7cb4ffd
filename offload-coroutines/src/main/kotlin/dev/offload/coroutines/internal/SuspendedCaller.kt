package dev.offload.coroutines.internal

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.MainCoroutineDispatcher
import java.util.concurrent.Executor
import java.util.concurrent.ThreadPoolExecutor
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.resume

/**
 * Resumes a caller from a thread that others wait for. A dispatcher of the coroutine library takes a caller at once. Any
 * other may block, throw, or run the caller on this thread for as long as it likes, so that a thread aside hands it over.
 */
internal fun <T> CancellableContinuation<T>.tell(value: T, side: SideThreads) {
    val dispatcher = context[ContinuationInterceptor]
    if (side.inPlace() || dispatcher.isQuick(context)) {
        resume(value)
    } else {
        side.answer { resumeSafely(dispatcher, value) }
    }
}

/** Resumes the caller here if its dispatcher refuses to: a caller whose dispatcher is closed has its answer, too. */
@OptIn(ExperimentalCoroutinesApi::class)
private fun <T> CancellableContinuation<T>.resumeSafely(dispatcher: ContinuationInterceptor?, value: T) {
    if (dispatcher !is CoroutineDispatcher || !dispatcher.isDispatchNeededSafely(context)) {
        resume(value)
        return
    }
    val resumption = Runnable { with(dispatcher) { resumeUndispatched(value) } }
    try {
        dispatcher.dispatch(context, resumption)
    } catch (e: Throwable) {
        Log.warn("a dispatcher refused a caller, who goes on elsewhere", e)
        resumption.run()
    }
}

private fun CoroutineDispatcher.isDispatchNeededSafely(context: CoroutineContext) = try {
    isDispatchNeeded(context)
} catch (_: Throwable) {
    true // it is asked again, by the attempt to dispatch
}

/** Whether a dispatcher is known to take what it is given at once, to be run by another thread. */
internal fun ContinuationInterceptor?.isQuick(context: CoroutineContext): Boolean = when (this) {
    null -> false
    is MainCoroutineDispatcher -> OWN.get(javaClass) && isDispatchNeeded(context)
    is ExecutorCoroutineDispatcher -> OWN.get(javaClass) || executor.isPlainPool()
    else -> OWN.get(javaClass)
}

/** A pool of the JDK without code of others in it; that of a pool which runs what it refuses is no other thread. */
private fun Executor.isPlainPool() = javaClass == ThreadPoolExecutor::class.java &&
    (this as ThreadPoolExecutor).rejectedExecutionHandler.javaClass == ThreadPoolExecutor.AbortPolicy::class.java &&
    queue.javaClass.name.startsWith("java.util.concurrent.")

/** The dispatchers of the coroutine library, also for tests, but for those that are views of others or run in place. */
private val OWN = object : ClassValue<Boolean>() {
    override fun computeValue(type: Class<*>): Boolean = type.name.startsWith("kotlinx.coroutines.") &&
        VIEWS.none { it in type.name }
}

private val VIEWS = listOf("ExecutorCoroutineDispatcherImpl", "LimitedDispatcher", "NamedDispatcher", "Unconfined")
