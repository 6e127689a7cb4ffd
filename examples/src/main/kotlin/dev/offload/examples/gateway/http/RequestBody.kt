package dev.offload.examples.gateway.http

import io.ktor.http.content.OutgoingContent
import io.ktor.utils.io.ByteChannel
import io.ktor.utils.io.ByteReadChannel
import io.ktor.utils.io.copyTo
import java.io.IOException

/** The body of a request is not what its head says. */
internal class BrokenRequestException(cause: Throwable?) : IOException("the body of the request broke off", cause)

/** What a client sends, to be sent on as it comes. */
internal class RequestBody(override val contentLength: Long) : OutgoingContent.ReadChannelContent() {
    private val channel = ByteChannel()

    override fun readFrom(): ByteReadChannel = channel

    /**
     * Sends [body] on. If it breaks off, the end of what is sent stays open: whoever calls this gives up the whole request
     * then, and the origin cannot take it for a whole one.
     *
     * This function is cancellable.
     *
     * @throws BrokenRequestException if the body breaks off
     */
    suspend fun send(body: ByteReadChannel) {
        val sent =
            try {
                body.copyTo(channel)
            } catch (e: IOException) {
                throw if (body.closedCause == null) e else BrokenRequestException(e)
            }
        // The channel may end in silence, and only tells who asks.
        val isWhole = body.closedCause == null && sent == contentLength
        if (!isWhole) throw BrokenRequestException(body.closedCause)
        channel.flushAndClose()
    }
}
