package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.headers
import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/**
 * A whole answer of the origin, in memory.
 *
 * @param given those of its headers that are meant for the client, see [endToEnd]
 */
internal class StoredResponse(
    val status: Int,
    given: Headers,
    val body: ByteArray,
    private val timeSource: TimeSource,
) {
    private val received = timeSource.markNow()
    private val ageWhenReceived = maxOf(toldAge(given), apparentAge(given))

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

    /** What it takes in memory, about. */
    val size: Int get() = body.size + headers.entries().sumOf { (name, values) -> values.sumOf { sizeOf(name, it) } }

    /** What [update], a 304, leaves of it: the body, and all headers that it does not tell anew (RFC 9111, 3.2). */
    fun updatedBy(update: Headers): StoredResponse {
        val told = update.names().map { it.lowercase() }.toSet() - OF_THE_BODY
        val merged =
            headers {
                headers.forEach { name, values -> if (name.lowercase() !in told) appendAll(name, values) }
                update.forEach { name, values -> if (name.lowercase() in told) appendAll(name, values) }
            }
        return StoredResponse(status, merged, body, timeSource)
    }

    /** Of a list the first counts, and what is no number does not (RFC 9111, 5.1). */
    private fun toldAge(given: Headers): Duration =
        given.listed(HttpHeaders.Age).firstOrNull()?.let(::deltaSeconds) ?: Duration.ZERO

    /** How old its date says it is; a date in whole seconds, by another clock, may make new answers look older than that. */
    private fun apparentAge(given: Headers): Duration {
        val date = given[HttpHeaders.Date]?.let(::httpDate) ?: return Duration.ZERO
        val age = (Instant.now().epochSecond - date.epochSecond).seconds
        return if (age > CLOCKS_DIFFER) age else Duration.ZERO
    }

    private companion object {
        const val SERVER_ERROR = 500
        val CLOCKS_DIFFER = 2.seconds
        val OF_THE_BODY =
            setOf("content-length", "content-encoding", "content-type", "content-range", "transfer-encoding")

        /** Two strings in a list in a map take more than their letters. */
        const val PER_HEADER = 160

        fun sizeOf(name: String, value: String): Int = PER_HEADER + name.length + value.length
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

    /** How much longer it will be fresh; negative if it is not. */
    val freshFor: Duration get() = freshness.fresh - response.age

    /** Whether it may be served although it is not fresh, if it is renewed. */
    val mayBeRenewedLater: Boolean get() = response.age < freshness.fresh + freshness.stale

    /** Whether it may be served because the origin fails. */
    val mayReplaceError: Boolean get() = response.age < freshness.fresh + freshness.staleIfError

    /** How much longer it is of any use. An answer that can be validated is, for a while after that. */
    val usefulFor: Duration
        get() = freshness.fresh + maxOf(freshness.stale, freshness.staleIfError, toBeValidated) - response.age

    private val toBeValidated: Duration
        get() = if (response.validators().isEmpty()) Duration.ZERO else WORTH_VALIDATING

    private companion object {
        val WORTH_VALIDATING = (24 * 3_600).seconds
    }
}
