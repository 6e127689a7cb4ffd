package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.headers

/** The headers of a request that asks whether this answer is still the one (RFC 9111, 4.3.1); empty if it cannot be told. */
internal fun StoredResponse.validators(): Headers = headers {
    headers[HttpHeaders.ETag]?.let { append(HttpHeaders.IfNoneMatch, it) }
    headers[HttpHeaders.LastModified]?.let { append(HttpHeaders.IfModifiedSince, it) }
}

/** Whether a client that sends [request] has this answer already, so that a 304 does (RFC 9110, 13.2.2). */
internal fun StoredResponse.isKnownTo(request: Headers): Boolean {
    if (status != OK) return false
    val tags = request.listed(HttpHeaders.IfNoneMatch)
    if (HttpHeaders.IfNoneMatch in request) {
        val own = headers[HttpHeaders.ETag]?.removePrefix(WEAK)
        return "*" in tags || (own != null && tags.any { it.removePrefix(WEAK) == own })
    }
    val since = request[HttpHeaders.IfModifiedSince]?.let(::httpDate) ?: return false
    val modified = headers[HttpHeaders.LastModified]?.let(::httpDate) ?: return false
    return !modified.isAfter(since)
}

private const val OK = 200

/** Weak and strong tags count alike where a whole answer is asked for. */
private const val WEAK = "W/"
