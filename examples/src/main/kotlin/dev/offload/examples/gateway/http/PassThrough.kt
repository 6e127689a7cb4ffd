package dev.offload.examples.gateway.http

import io.ktor.client.statement.HttpResponse
import io.ktor.client.statement.bodyAsChannel
import io.ktor.http.Headers
import io.ktor.http.HttpMethod
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
import io.ktor.server.request.httpVersion
import io.ktor.server.request.receiveChannel
import io.ktor.server.response.respond
import io.ktor.utils.io.copyTo
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlin.time.Duration

/**
 * Passes a request to the origin and its answer to the client, both as they come, holding neither in memory if it can.
 *
 * @param limit how long the origin may take to begin its answer
 * @param maxBody how large a body may be that has to be held
 */
internal class PassThrough(private val origin: OriginClient, private val limit: Duration, private val maxBody: Int) {
    /**
     * Passes a request through.
     *
     * This function is cancellable; the connection to the origin is closed then.
     *
     * @param path with its query
     * @param onAnswer is told the head of the answer before anything of it is sent
     * @throws OriginException if there is no answer, or it breaks off after a part of it has been sent
     */
    suspend fun pass(call: ApplicationCall, path: String, outcome: CacheOutcome?, onAnswer: (HttpResponse) -> Unit) =
        coroutineScope {
            val watchdog =
                launch {
                    delay(limit)
                    throw OriginTooSlowException(limit)
                }
            val headers = call.request.headers
            val body = headers.bodyLength()?.takeIf { it > 0 }?.let(::RequestBody)
            val sending = body?.let { launch { it.send(call.receiveChannel()) } }
            origin.exchange(OriginRequest(call.request.httpMethod, path, headers.endToEnd(), body)) {
                watchdog.cancel()
                onAnswer(it)
                answer(call, it, outcome)
            }
            sending?.cancel()
        }

    private suspend fun answer(call: ApplicationCall, answer: HttpResponse, outcome: CacheOutcome?) {
        val status = answer.status.value
        val headers = answer.headers.endToEnd()
        val length = answer.headers.bodyLength()
        val isUnframed = length == null && call.request.httpVersion == HTTP_1_0
        when {
            call.request.httpMethod == HttpMethod.Head || status in WITHOUT_BODY -> {
                call.mark(outcome)
                call.sent = Sent(status, 0, outcome)
                call.respond(NoBody(status, headers, length))
            }

            // Neither chunks nor a close can end it, so its length has to be found out.
            isUnframed && !call.isLastOfConnection -> {
                val body =
                    readWhole(answer, maxBody) ?: throw OriginFailedException("the answer is too large for HTTP/1.0")
                call.send(status, headers, body, outcome)
            }

            else -> {
                stream(call, answer, headers, outcome, isUnframed)
            }
        }
    }

    private suspend fun stream(
        call: ApplicationCall,
        answer: HttpResponse,
        headers: Headers,
        outcome: CacheOutcome?,
        endsWithConnection: Boolean,
    ) {
        val status = answer.status.value
        call.mark(outcome)
        call.sent = Sent(status, null, outcome)
        val body = StreamedBody(status, headers, answer.headers.bodyLength(), endsWithConnection) {
            val channel = answer.bodyAsChannel()
            val bytes = channel.copyTo(it)
            checkWhole(answer, channel, bytes)
            call.sent = Sent(status, bytes, outcome)
        }
        call.respond(body)
    }
}
