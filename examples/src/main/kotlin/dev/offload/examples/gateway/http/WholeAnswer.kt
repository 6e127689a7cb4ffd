package dev.offload.examples.gateway.http

import io.ktor.client.statement.HttpResponse
import io.ktor.client.statement.bodyAsChannel
import io.ktor.http.HttpHeaders
import io.ktor.utils.io.ByteReadChannel
import io.ktor.utils.io.readRemaining
import kotlinx.io.readByteArray

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

/** The whole body, or null if it is larger than [maxBody]. It fails if the answer breaks off. */
internal suspend fun readWhole(answer: HttpResponse, maxBody: Int): ByteArray? {
    val announced = answer.headers.bodyLength()
    if (announced != null && announced > maxBody) return null
    val channel = answer.bodyAsChannel()
    val body = channel.readRemaining(maxBody + 1L).readByteArray()
    if (body.size > maxBody) return null
    checkWhole(answer, channel, body.size.toLong())
    return body
}

/** Answers that have no body, whatever their headers say. */
internal val WITHOUT_BODY = setOf(204, 304)
