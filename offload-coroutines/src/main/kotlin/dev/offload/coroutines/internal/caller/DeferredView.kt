package dev.offload.coroutines.internal.caller

import dev.offload.coroutines.internal.job.CurrentJob
import dev.offload.coroutines.internal.job.LeaseCompletion
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred

/**
 * A lease as a [Deferred] of the coroutine library. The lease has at most one that is open, found among those who wait for its
 * answer: so a `select` in a loop, which asks for it in each round, leaves nothing behind.
 *
 * | the lease               | the view                | by                                                              |
 * |-------------------------|-------------------------|-----------------------------------------------------------------|
 * | has its answer          | completes with it       | [fire], on a thread aside: completing runs what others wait with |
 * | is given up             | completes with that     | the same                                                        |
 * | is given up by the view | is cancelled, or failed | who completed it from outside                                   |
 */
internal class DeferredView<T> private constructor(private val of: DeferredLease<T>) : LeaseCompletion(of) {
    private val view = CompletableDeferred<T>()

    init {
        view.invokeOnCompletion { of.cancel() } // later than the answer it changes nothing
    }

    override fun fire() = of.job().scope().engine().side.answer(::settle)

    private fun settle() {
        val answer = runCatching { of.answer() }
        // Where time is virtual this may be at a body, which is not what it goes on with.
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
