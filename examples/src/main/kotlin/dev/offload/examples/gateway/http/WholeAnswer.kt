package dev.offload.examples.gateway.http

import io.ktor.client.statement.HttpResponse
import io.ktor.http.HttpHeaders
import io.ktor.utils.io.ByteReadChannel

/**
 * Fails if an answer broke off. The channel of its body may end in silence where the connection did before its time, and
 * tells only who asks.
 *
 * An answer of neither length nor chunks ends with its connection. If there is nothing of a body then, it most likely
 * broke off within its head: what was left of the head looks like a whole one.
 *
 * @param body the channel of its body, read to its end
 * @param bytes how many there were
 */
internal fun checkWhole(answer: HttpResponse, body: ByteReadChannel, bytes: Long) {
    body.closedCause?.let { throw OriginFailedException("the answer broke off", it) }
    val isFramed = HttpHeaders.ContentLength in answer.headers || HttpHeaders.TransferEncoding in answer.headers
    if (bytes == 0L && !isFramed && answer.status.value !in WITHOUT_BODY) {
        throw OriginFailedException("the answer broke off")
    }
}

/** Answers that have no body, whatever their headers say. */
internal val WITHOUT_BODY = setOf(204, 304)
