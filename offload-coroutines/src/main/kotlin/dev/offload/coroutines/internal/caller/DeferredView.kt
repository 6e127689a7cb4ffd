package dev.offload.coroutines.internal.caller

import dev.offload.coroutines.internal.job.CurrentJob
import dev.offload.coroutines.internal.job.LeaseCompletion
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred

/**
 * A lease as a [Deferred] of the coroutine library. The lease has at most one open view, found among the waiters for
 * its result: so a `select` in a loop, which requests it in each round, leaves nothing behind.
 *
 * | the lease               | the view                | by                                                              |
 * |-------------------------|-------------------------|-----------------------------------------------------------------|
 * | has its result          | completes with it       | [fire], on a side thread: completing runs the waiters' code     |
 * | is dropped              | completes with that     | the same                                                        |
 * | is dropped by the view  | is cancelled, or failed | the external code that completed it                             |
 */
internal class DeferredView<T> private constructor(private val of: DeferredLease<T>) : LeaseCompletion(of) {
    private val view = CompletableDeferred<T>()

    init {
        view.invokeOnCompletion { of.cancel() } // no effect after the result
    }

    override fun fire() = of.job().scope().engine().side.answer(::settle)

    private fun settle() {
        val answer = runCatching { of.answer() }
        // Under virtual time this thread may be running a body, which is not the job of the code resumed here.
        val here = CurrentJob.set(null)
        try {
            answer.fold(view::complete, view::completeExceptionally)
        } finally {
            CurrentJob.set(here)
        }
    }

    companion object {
        fun <T> of(lease: DeferredLease<T>): Deferred<T> {
            lease.job().markObserved()
            val open = lease.waiting { it is DeferredView<*> }
            @Suppress("UNCHECKED_CAST") // it waits for this lease
            if (open != null) return (open as DeferredView<T>).view
            val made = DeferredView(lease)
            if (lease.isReady || !lease.register(made)) made.settle()
            return made.view
        }
    }
}
