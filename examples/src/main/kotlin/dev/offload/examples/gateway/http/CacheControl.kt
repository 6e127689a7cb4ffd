package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** The directives of the `Cache-Control` headers of a message (RFC 9111, 5.2); names in lower case. */
internal class CacheControl private constructor(private val directives: Map<String, String>) {
    operator fun contains(name: String): Boolean = name in directives

    /**
     * The time that a directive such as `max-age=60` gives; none at all for one that makes no sense, as RFC 9111
     * advises.
     */
    fun seconds(name: String): Duration? {
        val value = directives[name] ?: return null
        return (value.toLongOrNull()?.coerceIn(0, MAX_SECONDS) ?: 0).seconds
    }

    companion object {
        private const val MAX_SECONDS = Int.MAX_VALUE.toLong()

        fun of(headers: Headers): CacheControl = CacheControl(
            headers.listed(HttpHeaders.CacheControl).associate { directive ->
                directive.substringBefore('=').trim().lowercase() to directive.substringAfter('=', "").trim(' ', '"')
            },
        )
    }
}

/**
 * The elements of a header that is a list, over all lines of it. A comma in a quoted string splits it too: what is
 * looked for here has none, and an element cut in two can only add a name, which makes the caller more careful.
 */
internal fun Headers.listed(name: String): List<String> =
    getAll(name).orEmpty().flatMap { it.split(',') }.map { it.trim() }.filter { it.isNotEmpty() }
