package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HeadersBuilder
import io.ktor.http.HttpHeaders

/** Headers that concern one connection and not the message (RFC 9110, 7.6.1), and those that are written anew. */
private val NOT_FORWARDED =
    listOf(
        HttpHeaders.Connection,
        "Keep-Alive",
        "Proxy-Connection",
        HttpHeaders.ProxyAuthenticate,
        HttpHeaders.ProxyAuthorization,
        HttpHeaders.TE,
        HttpHeaders.Trailer,
        HttpHeaders.TransferEncoding,
        HttpHeaders.Upgrade,
        HttpHeaders.Host,
        HttpHeaders.Expect,
        HttpHeaders.ContentLength,
        CacheOutcome.HEADER,
    ).map { it.lowercase() }.toSet()

/** By what name the gateway is known to those who read `Via` (RFC 9110, 7.6.3). */
private const val VIA = "1.1 offload-gateway"

/**
 * What of these headers is meant for the other end, and that it came through the gateway. `Connection` may name more
 * that is not.
 */
internal fun Headers.endToEnd(): Headers {
    val names = endToEndNames()
    val kept = HeadersBuilder()
    forEach { name, values -> if (name.lowercase() in names) kept.appendAll(name, values) }
    kept[HttpHeaders.Via] = (getAll(HttpHeaders.Via).orEmpty() + VIA).joinToString(", ")
    return kept.build()
}

/** The names of these headers that are meant for the other end, in lower case. */
internal fun Headers.endToEndNames(): Set<String> {
    val names = names().mapTo(HashSet()) { it.lowercase() }
    names -= NOT_FORWARDED
    names -= listed(HttpHeaders.Connection).map { it.lowercase() }.toSet()
    return names
}

/**
 * The length of the body, where it is told and nothing else decides (RFC 9112, 6.3): with `Transfer-Encoding`, what
 * `Content-Length` says is not to be believed, and not to be passed on.
 */
internal fun Headers.bodyLength(): Long? =
    if (HttpHeaders.TransferEncoding in this) null else this[HttpHeaders.ContentLength]?.toLongOrNull()

/** Whether there is a control character in a value, which no message may have. */
internal fun Headers.hasControls(): Boolean =
    entries().any { (_, values) -> values.any { value -> value.any { (it < ' ' && it != '\t') || it == '\u007f' } } }

/** Whether the headers of a request announce a body; some clients announce one of no bytes. */
internal fun hasBody(headers: Headers): Boolean =
    HttpHeaders.TransferEncoding in headers || (headers[HttpHeaders.ContentLength] ?: "0") != "0"
