package dev.offload.coroutines

import dev.offload.OffloadCycleException
import dev.offload.OffloadFailedException
import dev.offload.OffloadHandle
import dev.offload.OffloadKey
import kotlinx.coroutines.CancellationException

/**
 * One caller's lease on a job, for Kotlin callers.
 *
 * Each caller has one of its own, also when the job is shared; see [OffloadHandle]. It is no
 * [Deferred][kotlinx.coroutines.Deferred]: cancelling it leaves the other callers alone, and cancelling a coroutine that
 * awaits it leaves it as it is, to be awaited again.
 *
 * Not meant to be implemented outside the library. Safe to use from any thread.
 *
 * @param T the type of the result
 * @since 0.1
 */
public interface OffloadDeferred<out T> : OffloadHandle {
    /** The key the job was submitted under. */
    override fun key(): OffloadKey<out T>

    /**
     * Suspends until the outcome is decided and answers it: the value, or the exception the body ended with, as it is.
     * The outcome of a cancelled job is decided at once, before its body has ended.
     *
     * Only where the coroutine library recovers stack traces, as in its debug mode and with assertions on, an exception that it
     * can copy comes as a copy, with the original as cause: the trace of that shows where the caller waits, as from
     * [Deferred.await][kotlinx.coroutines.Deferred.await].
     *
     * This function is cancellable: if the calling coroutine is cancelled while it waits, or before, it throws
     * [CancellationException], and that is the only meaning a [CancellationException] from here has. Such a
     * cancellation drops nothing. What happens to the job is told by other exceptions:
     *
     * @throws dev.offload.OffloadCancelledException if the job, or this lease, was cancelled
     * @throws dev.offload.OffloadTimeoutException if the job ran longer than its limit
     * @throws dev.offload.KeyStuckException if the job waited too long for a dying one under its key
     * @throws OffloadFailedException if the job could not be started, or if a [CancellationException] left its body
     *   although nobody had cancelled it; the cause tells
     * @throws OffloadCycleException if a body calls it and would wait for itself, directly or through other jobs
     */
    public suspend fun await(): T

    /**
     * Suspends until the body and its child coroutines have ended, or will never start. Says nothing of the outcome and
     * throws nothing because of it.
     *
     * This function is cancellable, as [await] is.
     *
     * @throws OffloadCycleException as [await]
     */
    public suspend fun join()
}
