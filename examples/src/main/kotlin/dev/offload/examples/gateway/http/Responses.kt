package dev.offload.examples.gateway.http

import io.ktor.http.Headers
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.HttpStatusCode
import io.ktor.http.content.OutgoingContent
import io.ktor.http.headers
import io.ktor.server.application.ApplicationCall
import io.ktor.server.request.httpMethod
import io.ktor.server.response.header
import io.ktor.server.response.respond
import io.ktor.util.AttributeKey
import io.ktor.utils.io.ByteWriteChannel

/**
 * What is sent to a client.
 *
 * @property bytes the size of the body; null if only a part of it may have been sent
 * @property outcome null if the cache was not asked
 */
internal class Sent(val status: Int, val bytes: Long?, val outcome: CacheOutcome?)

private val SENT = AttributeKey<Sent>("gateway.sent")

/**
 * What is sent to the client; null if nothing is. Noted before it goes out: a client may hang up with the last byte, and
 * that ends the handling of its request wherever it is.
 */
internal var ApplicationCall.sent: Sent?
    get() = attributes.getOrNull(SENT)
    set(value) = attributes.put(SENT, requireNotNull(value))

/** Sends a whole answer; to a HEAD request its headers. */
internal suspend fun ApplicationCall.send(status: Int, headers: Headers, body: ByteArray, outcome: CacheOutcome?) {
    mark(outcome)
    if (request.httpMethod == HttpMethod.Head) {
        sent = Sent(status, 0, outcome)
        respond(NoBody(status, headers, body.size.toLong()))
    } else {
        sent = Sent(status, body.size.toLong(), outcome)
        respond(WholeBody(status, headers, body))
    }
}

/** Tells the client that it has the answer already. */
internal suspend fun ApplicationCall.sendNotModified(of: StoredResponse, outcome: CacheOutcome?) {
    mark(outcome)
    sent = Sent(HttpStatusCode.NotModified.value, 0, outcome)
    val kept = headers {
        of.headers.forEach { name, values ->
            if (name.lowercase() in
                OF_NOT_MODIFIED
            ) {
                appendAll(name, values)
            }
        }
    }
    // The length is that of the answer it stands for; without one, the server would tell it to be 0.
    respond(NoBody(HttpStatusCode.NotModified.value, kept, of.body.size.toLong()))
}

/** What a 304 tells of the answer it stands for (RFC 9110, 15.4.5). */
private val OF_NOT_MODIFIED = setOf("cache-control", "content-location", "date", "etag", "expires", "vary", "via")

/** Sends a line that tells what went wrong. */
internal suspend fun ApplicationCall.sendError(status: HttpStatusCode, why: String, outcome: CacheOutcome? = null) =
    send(status.value, Headers.Empty, "$why\n".encodeToByteArray(), outcome)

internal fun ApplicationCall.mark(outcome: CacheOutcome?) {
    if (outcome != null) response.header(CacheOutcome.HEADER, outcome.name)
}

internal class WholeBody(status: Int, override val headers: Headers, private val body: ByteArray) :
    OutgoingContent.ByteArrayContent() {
    override val status = HttpStatusCode.fromValue(status)
    override val contentLength = body.size.toLong()

    override fun bytes(): ByteArray = body
}

/** An answer without a body; a length is told only if one is given, since that of another answer would be wrong. */
internal class NoBody(status: Int, headers: Headers, override val contentLength: Long?) : OutgoingContent.NoContent() {
    override val status = HttpStatusCode.fromValue(status)
    override val headers = if (contentLength == null) unframed(headers) else headers
}

/** A body that is sent as it comes; without a length in chunks, or, if [endsWithConnection], up to the close. */
internal class StreamedBody(
    status: Int,
    headers: Headers,
    override val contentLength: Long?,
    endsWithConnection: Boolean = false,
    private val write: suspend (ByteWriteChannel) -> Unit,
) : OutgoingContent.WriteChannelContent() {
    override val status = HttpStatusCode.fromValue(status)
    override val headers = if (endsWithConnection) unframed(headers) else headers

    override suspend fun writeTo(channel: ByteWriteChannel) = write(channel)
}

/**
 * Keeps the server from adding a framing of its own where no length is given. It looks for the name of this header, and
 * sends a line for each value, of which there are none.
 */
private fun unframed(given: Headers): Headers = headers {
    appendAll(given)
    appendAll(HttpHeaders.TransferEncoding, listOf())
}
