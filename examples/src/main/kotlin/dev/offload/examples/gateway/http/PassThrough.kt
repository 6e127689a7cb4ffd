package dev.offload.examples.gateway.http

import io.ktor.client.statement.HttpResponse
import io.ktor.client.statement.bodyAsChannel
import io.ktor.http.HttpMethod
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
import io.ktor.server.request.receiveChannel
import io.ktor.server.response.respond
import io.ktor.utils.io.copyTo
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlin.time.Duration

/**
 * Passes a request to the origin and its answer to the client, both as they come, holding neither in memory.
 *
 * @param limit how long the origin may take to begin its answer
 */
internal class PassThrough(private val origin: OriginClient, private val limit: Duration) {
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
            val body = if (hasBody(headers)) RequestBody(headers.bodyLength()) else null
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
        call.mark(outcome)
        if (call.request.httpMethod == HttpMethod.Head || status in WITHOUT_BODY) {
            call.sent = Sent(status, 0, outcome)
            call.respond(NoBody(status, headers, length))
        } else {
            call.sent = Sent(status, null, outcome)
            val body = StreamedBody(status, headers, length) {
                val channel = answer.bodyAsChannel()
                val bytes = channel.copyTo(it)
                checkWhole(answer, channel, bytes)
                call.sent = Sent(status, bytes, outcome)
            }
            call.respond(body)
        }
    }
}
