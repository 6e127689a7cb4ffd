package dev.offload.examples.gateway.http

import io.ktor.http.Headers

/**
 * Tells which headers a request may carry and still be answered with what another one got: those that say nothing of who
 * asks. Any other one, be it a key or a tenant's name in a header that nobody here has heard of, may make the answer that
 * one client's alone, so such a request is passed through. Where an answer does depend on one of these, as on a language,
 * the origin has to say so with `Vary`.
 *
 * @param more what the user knows to be harmless too
 */
internal class ShareableHeaders(more: Set<String>) {
    private val names = HARMLESS + more.map { it.lowercase() }

    fun areAll(request: Headers): Boolean = request.endToEndNames().all(::isHarmless)

    private fun isHarmless(name: String): Boolean = name in names || HARMLESS_GROUPS.any { name.startsWith(it) }

    companion object {
        /** What no user can declare harmless: who asks, and what asks for less than the whole. */
        val NEVER =
            setOf(
                "authorization",
                "cookie",
                "range",
                "if-range",
                "if-match",
                "if-unmodified-since",
                "content-length",
                "transfer-encoding",
            )

        private val HARMLESS =
            setOf(
                "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "dnt",
                "if-modified-since", "if-none-match", "http2-settings", "pragma", "priority", "referer", "save-data",
                "traceparent", "tracestate", "upgrade-insecure-requests", "user-agent", "via",
            )

        /** What browsers tell of a fetch and of themselves. */
        private val HARMLESS_GROUPS = listOf("sec-fetch-", "sec-ch-", "sec-gpc")
    }
}
