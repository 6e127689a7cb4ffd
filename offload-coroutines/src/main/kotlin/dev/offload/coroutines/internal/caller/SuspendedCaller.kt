package dev.offload.coroutines.internal.caller

import dev.offload.coroutines.internal.dispatch.Resumption
import dev.offload.coroutines.internal.job.CurrentJob
import dev.offload.coroutines.internal.threads.Log
import dev.offload.coroutines.internal.threads.SideThreads
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/**
 * Resumes a caller from a thread that others wait for. A dispatcher that is known takes a caller at once. Any other may
 * block, throw, or run the caller on this thread for as long as it likes, so that a thread aside hands it over.
 *
 * [how] is found out when the caller begins to wait, by itself: also its context may be of others' making.
 */
internal fun <T> CancellableContinuation<T>.tell(answer: Result<T>, side: SideThreads, how: Resumption) {
    if (how == Resumption.QUEUED) {
        resumeWith(answer)
    } else if (how == Resumption.QUICK || side.inPlace()) {
        // A dispatcher of tests may run the caller here, and who tells may be at a body, which the caller is not.
        val here = CurrentJob.set(null)
        try {
            resumeWith(answer)
        } finally {
            CurrentJob.set(here)
        }
    } else {
        side.answer { resumeSafely(answer) }
    }
}

/** Resumes the caller here if its dispatcher refuses to: a caller whose dispatcher is closed has its answer, too. */
@OptIn(ExperimentalCoroutinesApi::class)
private fun <T> CancellableContinuation<T>.resumeSafely(answer: Result<T>) {
    val dispatcher = context[ContinuationInterceptor]
    if (dispatcher !is CoroutineDispatcher || !dispatcher.isDispatchNeededSafely(context)) {
        resumeWith(answer)
        return
    }
    val resumption = Runnable {
        with(dispatcher) {
            answer.fold({ resumeUndispatched(it) }, { resumeUndispatchedWithException(it) })
        }
    }
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
