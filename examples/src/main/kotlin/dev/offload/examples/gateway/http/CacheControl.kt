package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** The directives of the `Cache-Control` headers of a message (RFC 9111, 5.2); names in lower case. */
internal class CacheControl private constructor(private val directives: Map<String, List<String>>) {
    operator fun contains(name: String): Boolean = name in directives

    /**
     * The time that a directive such as `max-age=60` gives; the shortest, if it comes more than once, and none at all for
     * one that makes no sense, as RFC 9111 advises.
     */
    fun seconds(name: String): Duration? = directives[name]?.minOf { deltaSeconds(it) ?: Duration.ZERO }

    companion object {
        fun of(headers: Headers): CacheControl = CacheControl(
            headers.listed(HttpHeaders.CacheControl).groupBy(
                { it.substringBefore('=').trim().lowercase() },
                { it.substringAfter('=', "").trim(' ', '"') },
            ),
        )
    }
}

/** A number of seconds (RFC 9111, 1.2.2): digits alone; what is too large to be counted is as good as for ever. */
internal fun deltaSeconds(text: String): Duration? {
    if (text.isEmpty() || text.any { it !in '0'..'9' }) return null
    return (text.toLongOrNull()?.coerceAtMost(FOR_EVER) ?: FOR_EVER).seconds
}

private const val FOR_EVER = Int.MAX_VALUE.toLong()

/**
 * The elements of a header that is a list, over all lines of it. A comma in a quoted string splits it too: what is
 * looked for here has none, and an element cut in two can only add a name, which makes the caller more careful.
 */
internal fun Headers.listed(name: String): List<String> =
    getAll(name).orEmpty().flatMap { it.split(',') }.map { it.trim() }.filter { it.isNotEmpty() }
