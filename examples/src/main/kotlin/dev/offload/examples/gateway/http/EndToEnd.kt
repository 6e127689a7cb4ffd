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

/** What of these headers is meant for the other end. `Connection` may name more that is not. */
internal fun Headers.endToEnd(): Headers {
    val named = listed(HttpHeaders.Connection).map { it.lowercase() }
    val kept = HeadersBuilder()
    forEach { name, values ->
        if (name.lowercase() !in NOT_FORWARDED && name.lowercase() !in named) kept.appendAll(name, values)
    }
    return kept.build()
}

/** Whether the headers of a request announce a body; some clients announce one of no bytes. */
internal fun hasBody(headers: Headers): Boolean =
    HttpHeaders.TransferEncoding in headers || (headers[HttpHeaders.ContentLength] ?: "0") != "0"
