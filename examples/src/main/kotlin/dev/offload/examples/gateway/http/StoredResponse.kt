package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.headers
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/**
 * A whole answer of the origin, in memory.
 *
 * @param given those of its headers that are meant for the client, see [endToEnd]
 */
internal class StoredResponse(val status: Int, given: Headers, val body: ByteArray, timeSource: TimeSource) {
    private val received = timeSource.markNow()
    private val ageWhenReceived = given[HttpHeaders.Age]?.toLongOrNull()?.coerceAtLeast(0)?.seconds ?: Duration.ZERO

    /** Without its [age], which is told anew to each client. */
    val headers: Headers =
        headers {
            appendAll(given)
            remove(HttpHeaders.Age)
        }

    /** Whether another cache had it before. */
    val cameOld: Boolean get() = ageWhenReceived > Duration.ZERO

    /** The time since the origin made it, as far as anybody knows. */
    val age: Duration get() = ageWhenReceived + received.elapsedNow()

    /** Whether the origin says that it cannot answer. */
    val isServerError: Boolean get() = status >= SERVER_ERROR

    private companion object {
        const val SERVER_ERROR = 500
    }
}

/**
 * How long an answer may be used.
 *
 * @property fresh the age until which it is as good as a new one
 * @property stale how long after that it may be served while it is being renewed
 * @property staleIfError how long after [fresh] it may be served if the origin fails
 */
internal data class Freshness(val fresh: Duration, val stale: Duration, val staleIfError: Duration)

/** An answer in the store. */
internal class CachedResponse(val response: StoredResponse, private val freshness: Freshness) {
    val isFresh: Boolean get() = response.age < freshness.fresh

    /** Whether it may be served although it is not fresh, if it is renewed. */
    val mayBeRenewedLater: Boolean get() = response.age < freshness.fresh + freshness.stale

    /** Whether it may be served because the origin fails. */
    val mayReplaceError: Boolean get() = response.age < freshness.fresh + freshness.staleIfError

    /** How much longer it is of any use. */
    val usefulFor: Duration
        get() = freshness.fresh + maxOf(freshness.stale, freshness.staleIfError) - response.age
}
