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
 * Resumes a caller from a thread that others wait for. A known dispatcher takes a caller at once. Any other may block,
 * throw, or run the caller on this thread for any time, so a side thread hands it over.
 *
 * [how] is determined by the caller itself when it begins to wait: its context may be foreign code, too.
 */
internal fun <T> CancellableContinuation<T>.tell(answer: Result<T>, side: SideThreads, how: Resumption) {
    if (how == Resumption.QUEUED) {
        resumeWith(answer)
    } else if (how == Resumption.QUICK || side.inPlace()) {
        // A test dispatcher may run the caller here, and this thread may be running a body that the caller is not part
        // of.
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

/** Resumes the caller here if its dispatcher rejects it: a caller whose dispatcher is closed gets its result, too. */
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
    true // checked again by the attempt to dispatch
}
