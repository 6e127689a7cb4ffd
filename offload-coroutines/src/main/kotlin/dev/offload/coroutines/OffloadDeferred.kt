package dev.offload.coroutines

import dev.offload.OffloadCycleException
import dev.offload.OffloadFailedException
import dev.offload.OffloadHandle
import dev.offload.OffloadKey
import kotlinx.coroutines.CancellationException

/**
 * One caller's lease on a job, for Kotlin callers.
 *
 * Each caller has its own, even when the job is shared; see [OffloadHandle]. It is not a
 * [Deferred][kotlinx.coroutines.Deferred]: cancelling it does not affect the other callers, and cancelling a coroutine
 * that awaits it leaves it unchanged; it can be awaited again.
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
     * Suspends until the outcome is decided; returns the value, or throws the exception the body ended with, as it is.
     * The outcome of a cancelled job is decided at once, before its body has ended.
     *
     * Only where kotlinx.coroutines recovers stack traces, as in debug mode or with assertions enabled, an exception
     * that it can copy is thrown as a copy, with the original as its cause: the copy's stack trace shows where the
     * caller waits, as with [Deferred.await][kotlinx.coroutines.Deferred.await].
     *
     * This function is cancellable: if the calling coroutine is cancelled before or while it waits, it throws
     * [CancellationException], and it throws one in no other case. Such a cancellation does not drop the lease.
     * Whatever happens to the job is reported by other exceptions:
     *
     * @throws dev.offload.OffloadCancelledException if the job, or this lease, was cancelled
     * @throws dev.offload.OffloadTimeoutException if the job ran longer than its limit
     * @throws dev.offload.KeyStuckException if the job waited too long for a cancelled one under its key
     * @throws OffloadFailedException if the job could not be started, or if its body threw a [CancellationException]
     *   although nobody had cancelled it; see the cause
     * @throws OffloadCycleException if a body calls it and would wait for itself, directly or through other jobs
     */
    public suspend fun await(): T

    /**
     * Suspends until the body and its child coroutines have ended, or will never start. Does not report the outcome,
     * and throws nothing because of it.
     *
     * This function is cancellable, like [await].
     *
     * @throws OffloadCycleException as [await]
     */
    public suspend fun join()
}
