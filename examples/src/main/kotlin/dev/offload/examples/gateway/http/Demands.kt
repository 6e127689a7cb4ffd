package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import kotlin.time.Duration

/** What a client wants of a cache (RFC 9111, 5.2.1). */
internal class Demands(request: Headers) {
    private val control = CacheControl.of(request)
    private val oldest = control.seconds("max-age")
    private val freshFor = control.seconds("min-fresh") ?: Duration.ZERO

    /** It wants an answer that is made now. Without `Cache-Control`, `Pragma` says it too. */
    private val wantsNew =
        "no-cache" in control || oldest == Duration.ZERO ||
            (HttpHeaders.CacheControl !in request && "no-cache" in request.listed(HttpHeaders.Pragma))

    /** It wants no answer of the origin. */
    val onlyIfCached: Boolean get() = "only-if-cached" in control

    /** Whether [cached] is too old for it, though perhaps not for others; null is nothing that could be. */
    fun refuse(cached: CachedResponse?): Boolean = when {
        wantsNew -> true
        cached == null -> false
        oldest != null && cached.response.age > oldest -> true
        else -> freshFor > Duration.ZERO && cached.freshFor < freshFor
    }
}
