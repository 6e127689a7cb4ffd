package dev.offload.coroutines.internal.caller

import dev.offload.OffloadException
import dev.offload.coroutines.internal.body.cancellation
import dev.offload.coroutines.internal.body.copied
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resumeWithException

/**
 * Throws what a job failed with at one of its callers. The exception is shared, and its trace is that of the body. Where the
 * coroutine library recovers stack traces, a caller gets a copy of its own that shows where he waits, with the original as
 * cause; else the exception itself. Whether, and of which exceptions, is for that library to say: it does so for whoever is
 * resumed with one, and that is what is done here.
 *
 * What this library has to say itself is handed on as it is: the cause of such a one is part of what it tells.
 */
internal suspend fun throwAtCaller(failure: Throwable): Nothing {
    if (failure is OffloadException) throw failure
    val seen = try {
        suspendCancellableCoroutine<Nothing> { it.resumeWithException(failure) }
    } catch (e: Throwable) {
        e
    }
    // Not what a method of the exception threw while it was copied, and no cancellation: there is an answer.
    throw if (seen.javaClass == failure.javaClass) seen else failure
}
