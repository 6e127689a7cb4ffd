package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.headers
import kotlin.time.TimeSource

/**
 * What is to be loaded.
 *
 * @param given the headers of the client that asks
 * @property isNew whether only an answer will do that the origin gives from now on
 */
internal class LoadRequest(val path: String, given: Headers, val isNew: Boolean = false) {
    /** A copy: the server uses the memory of a request again when it has been answered, and a load may outlive that. */
    val headers: Headers = headers { appendAll(given) }
}

/**
 * For whom an answer is.
 *
 * @property vary names the headers by which it was chosen
 * @property value what the request had of them
 */
internal data class Variant(val vary: List<String>, val value: String) {
    fun fits(request: Headers): Boolean = variantOf(vary, request) == value
}

/** What a load brought. */
internal sealed interface Loaded {
    /** An answer for all who waited for it, if it [fits][Variant.fits] their requests. */
    class Answer(val response: StoredResponse, val variant: Variant) : Loaded

    /** An answer that may not be shared: it is for the one alone whose request began the load. */
    class Own(val response: StoredResponse) : Loaded

    /** The answer was too large to be held, and has been thrown away: each who waited must ask for it again. */
    data object TooLarge : Loaded
}

/** Loads answers into the store. */
internal class Loader(
    private val origin: OriginClient,
    private val store: ResponseStore,
    private val rules: CacheRules,
    private val settings: GatewaySettings,
    private val timeSource: TimeSource,
) {
    /** What is stored for [request], if it is fresh. */
    fun fresh(request: LoadRequest): Loaded? {
        val cached = (store.find(request.path, request.headers) as? Found.Answer)?.cached ?: return null
        return if (cached.isFresh) answer(request, cached.response) else null
    }

    /**
     * Asks the origin for what [request] asks for, or whether what is stored is still right, and stores the answer if
     * that is allowed.
     *
     * @throws OriginException if there is no answer
     */
    suspend fun load(key: LoadKey, request: LoadRequest): Loaded {
        val stored = (store.find(request.path, request.headers) as? Found.Answer)?.cached?.response
        val sent = headers(request, stored)
        return origin.exchange(OriginRequest(HttpMethod.Get, request.path, sent)) {
            if (stored != null && it.status.value == NOT_MODIFIED) {
                keep(key, request, stored.updatedBy(it.headers.endToEnd()))
            } else {
                val body = readWhole(it, settings.maxBody)
                if (body == null) {
                    store.putNotShareable(key)
                    Loaded.TooLarge
                } else {
                    keep(key, request, StoredResponse(it.status.value, it.headers.endToEnd(), body, timeSource))
                }
            }
        }
    }

    /** What the client sent, but no condition of its own, since a whole answer is wanted, and what the cache asks for. */
    private fun headers(request: LoadRequest, stored: StoredResponse?): Headers = headers {
        request.headers.endToEnd().forEach { name, values -> if (name.lowercase() !in OWN) appendAll(name, values) }
        stored?.let { appendAll(it.validators()) }
        if (request.isNew) append(HttpHeaders.CacheControl, "no-cache")
    }

    private fun keep(key: LoadKey, request: LoadRequest, response: StoredResponse): Loaded =
        when (val use = rules.useOf(response.status, response.headers)) {
            Use.None -> {
                // A server that fails says nothing of what it will answer when it is well again.
                if (!response.isServerError) store.putNotShareable(key)
                Loaded.Own(response)
            }

            Use.Share -> {
                answer(request, response)
            }

            is Use.Store -> {
                val answer = answer(request, response)
                store.put(key, answer.variant, CachedResponse(response, use.freshness))
                answer
            }
        }

    private fun answer(request: LoadRequest, response: StoredResponse): Loaded.Answer {
        val vary = varyOf(response.headers).orEmpty()
        return Loaded.Answer(response, Variant(vary, variantOf(vary, request.headers)))
    }

    private companion object {
        const val NOT_MODIFIED = 304
        val OWN = setOf("if-none-match", "if-modified-since", "cache-control", "pragma")
    }
}
