package dev.offload.examples.gateway.http

import io.ktor.client.statement.HttpResponse
import io.ktor.client.statement.bodyAsChannel
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.headersOf
import io.ktor.utils.io.ByteReadChannel
import io.ktor.utils.io.readRemaining
import kotlinx.io.readByteArray
import kotlin.time.TimeSource

/** What a load brought. */
internal sealed interface Loaded {
    /** An answer that all who waited for it may have. */
    class Answer(val response: StoredResponse) : Loaded

    /**
     * The answer may not be shared, and is thrown away, so that nobody can get it who should not: each who waited must
     * ask for an answer of its own.
     */
    data object NotShareable : Loaded
}

/** Fails if the body broke off: the channel may end in silence then, and only tells who asks. */
internal fun ByteReadChannel.checkWhole() {
    closedCause?.let { throw OriginFailedException("the answer broke off", it) }
}

/** Loads answers into the store. */
internal class Loader(
    private val origin: OriginClient,
    private val store: ResponseStore,
    private val rules: CacheRules,
    private val settings: GatewaySettings,
    private val timeSource: TimeSource,
) {
    /** What is stored for [path], if it is fresh. */
    fun fresh(path: String): Loaded? {
        val cached = (store[path] as? Entry.Answer)?.cached
        return if (cached != null && cached.isFresh) Loaded.Answer(cached.response) else null
    }

    /**
     * Asks the origin for what is at [path], and stores the answer if that is allowed. The request carries nothing of
     * any client, so that the answer is nobody's.
     *
     * @throws OriginException if there is no answer
     */
    suspend fun load(path: String): Loaded =
        origin.exchange(OriginRequest(HttpMethod.Get, path, ANONYMOUS)) { keep(path, it) }

    private suspend fun keep(path: String, answer: HttpResponse): Loaded {
        val use = rules.useOf(answer.status.value, answer.headers)
        val body = if (use == Use.None) null else readBody(answer)
        if (body == null) {
            if (answer.status.value == OK) store[path] = Entry.NotShareable
            return Loaded.NotShareable
        }
        val response = StoredResponse(answer.status.value, answer.headers.endToEnd(), body, timeSource)
        if (use is Use.Store) store[path] = Entry.Answer(CachedResponse(response, use.freshness))
        return Loaded.Answer(response)
    }

    /** The whole body, or null if it is larger than allowed. It fails if the answer breaks off. */
    private suspend fun readBody(answer: HttpResponse): ByteArray? {
        val announced = answer.headers.bodyLength()
        if (announced != null && announced > settings.maxBody) return null
        val channel = answer.bodyAsChannel()
        val body = channel.readRemaining(settings.maxBody + 1L).readByteArray()
        if (body.size > settings.maxBody) return null
        channel.checkWhole()
        return body
    }

    private companion object {
        const val OK = 200
        val ANONYMOUS = headersOf(HttpHeaders.AcceptEncoding, "identity")
    }
}
