package dev.offload.coroutines.internal

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.resume

/**
 * Resumes a caller from a thread that others wait for. A dispatcher that is known takes a caller at once. Any other may
 * block, throw, or run the caller on this thread for as long as it likes, so that a thread aside hands it over.
 *
 * [isQuick] is found out when the caller begins to wait, by itself: also its context may be of others' making.
 */
internal fun <T> CancellableContinuation<T>.tell(value: T, side: SideThreads, isQuick: Boolean) {
    if (isQuick || side.inPlace()) {
        // A dispatcher of tests may run the caller here, and who tells may be at a body, which the caller is not.
        val here = CurrentJob.set(null)
        try {
            resume(value)
        } finally {
            CurrentJob.set(here)
        }
    } else {
        side.answer { resumeSafely(value) }
    }
}

/** Resumes the caller here if its dispatcher refuses to: a caller whose dispatcher is closed has its answer, too. */
@OptIn(ExperimentalCoroutinesApi::class)
private fun <T> CancellableContinuation<T>.resumeSafely(value: T) {
    val dispatcher = context[ContinuationInterceptor]
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
