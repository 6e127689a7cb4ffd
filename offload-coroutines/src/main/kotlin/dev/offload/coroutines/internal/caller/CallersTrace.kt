package dev.offload.coroutines.internal.caller

import dev.offload.OffloadException
import dev.offload.coroutines.internal.body.cancellation
import dev.offload.coroutines.internal.body.copied
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resumeWithException

/**
 * Throws the failure of a job to one of its callers. The exception is shared, and its stack trace is that of the body.
 * If the coroutine library recovers stack traces, a caller gets its own copy that shows where it waits, with the
 * original as cause; otherwise the exception itself. Whether, and for which exceptions, is up to that library: it does
 * so whenever a coroutine is resumed with one, which is what happens here.
 *
 * Exceptions of this library are thrown as they are: their cause is part of what they report.
 */
internal suspend fun throwAtCaller(failure: Throwable): Nothing {
    if (failure is OffloadException) throw failure
    val seen = try {
        suspendCancellableCoroutine<Nothing> { it.resumeWithException(failure) }
    } catch (e: Throwable) {
        e
    }
    // Not what a method of the exception threw while it was copied, and not a cancellation: there is a result.
    throw if (seen.javaClass == failure.javaClass) seen else failure
}
