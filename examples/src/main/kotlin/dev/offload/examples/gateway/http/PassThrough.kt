package dev.offload.examples.gateway.http

import io.ktor.client.statement.HttpResponse
import io.ktor.client.statement.bodyAsChannel
import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.content.OutgoingContent
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
import io.ktor.server.request.receiveChannel
import io.ktor.server.request.uri
import io.ktor.server.response.respond
import io.ktor.utils.io.ByteReadChannel
import io.ktor.utils.io.ByteWriteChannel
import io.ktor.utils.io.copyTo
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlin.time.Duration

/** Passes a request to the origin and its answer to the client, both as they come, holding neither in memory. */
internal class PassThrough(private val origin: OriginClient, private val limit: Duration) {
    /**
     * Passes a request through.
     *
     * This function is cancellable; the connection to the origin is closed then.
     *
     * @param limit how long the origin may take to begin its answer
     * @throws OriginException if there is no answer, or it breaks off after a part of it has been sent
     */
    suspend fun pass(call: ApplicationCall, outcome: CacheOutcome?) = coroutineScope {
        val watchdog =
            launch {
                delay(limit)
                throw OriginTooSlowException(limit)
            }
        val headers = call.request.headers
        val body = if (hasBody(headers)) RequestBody(headers, call.receiveChannel()) else null
        origin.exchange(OriginRequest(call.request.httpMethod, call.request.uri, headers.endToEnd(), body)) {
            watchdog.cancel()
            answer(call, it, outcome)
        }
    }

    private suspend fun answer(call: ApplicationCall, answer: HttpResponse, outcome: CacheOutcome?) {
        val status = answer.status.value
        val headers = answer.headers.endToEnd()
        val length = answer.headers[HttpHeaders.ContentLength]?.toLongOrNull()
        call.mark(outcome)
        if (call.request.httpMethod == HttpMethod.Head || status in WITHOUT_BODY) {
            call.sent = Sent(status, 0, outcome)
            call.respond(NoBody(status, headers, length))
        } else {
            call.sent = Sent(status, null, outcome)
            val body = StreamedBody(status, headers, length) {
                call.sent =
                    Sent(status, copy(answer, it, length), outcome)
            }
            call.respond(body)
        }
    }

    /** Fails if the body is too short, since neither of the channels does. */
    private suspend fun copy(answer: HttpResponse, to: ByteWriteChannel, length: Long?): Long {
        val body = answer.bodyAsChannel()
        val copied = body.copyTo(to)
        if (body.closedCause == null && (length == null || copied == length)) return copied
        throw OriginFailedException("the answer broke off", body.closedCause)
    }

    /** What the client sends, to be sent on. */
    private class RequestBody(headers: Headers, private val body: ByteReadChannel) :
        OutgoingContent.ReadChannelContent() {
        override val contentLength = headers[HttpHeaders.ContentLength]?.toLongOrNull()

        override fun readFrom(): ByteReadChannel = body
    }

    private companion object {
        val WITHOUT_BODY = setOf(204, 304)
    }
}
