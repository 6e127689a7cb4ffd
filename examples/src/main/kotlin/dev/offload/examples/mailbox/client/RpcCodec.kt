package dev.offload.examples.mailbox.client

import tools.jackson.core.JacksonException
import tools.jackson.core.JsonToken
import tools.jackson.core.StreamReadFeature
import tools.jackson.databind.JsonNode
import tools.jackson.databind.json.JsonMapper

/**
 * JSON-RPC 2.0, one text on each line. The texts that are read may be anything at all: Jackson bounds their depth and
 * their numbers, and takes no text with a name twice or with something behind its end.
 */
internal object RpcCodec {
    private const val VERSION = "2.0"

    private val mapper: JsonMapper =
        JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build()

    /** Reads on behind a name that comes twice. */
    private val lenient = JsonMapper()

    /** The frame of a request, with its line feed; JSON has none inside. */
    fun request(id: Long, method: String, params: JsonNode): ByteArray {
        val request = mapper.createObjectNode().put("jsonrpc", VERSION).put("id", id).put("method", method)
        return mapper.writeValueAsBytes(request.set("params", params)) + '\n'.code.toByte()
    }

    /** Understands [frame], and never throws. */
    fun read(frame: ByteArray): Incoming = try {
        read(mapper.readTree(frame))
    } catch (_: JacksonException) {
        idOfBroken(frame)?.let(Incoming::Invalid) ?: Incoming.Malformed
    }

    /**
     * The id of what Jackson does not take as a whole, as far as it can be read: whoever waits for that answer is not to
     * wait for another one. Null if there is none, or two, or if it looks like a request of the server's own.
     */
    private fun idOfBroken(frame: ByteArray): Long? {
        val ids = mutableListOf<Long?>()
        try {
            lenient.createParser(frame).use { text ->
                if (text.nextToken() != JsonToken.START_OBJECT) return null
                while (text.nextToken() == JsonToken.PROPERTY_NAME) {
                    val name = text.currentName()
                    val isNumber = text.nextToken() == JsonToken.VALUE_NUMBER_INT
                    val isWhole = text.currentLocation().byteOffset < frame.size // and not cut, in its midst perhaps
                    if (name == "method") return null
                    if (name == "id") ids += if (isNumber && isWhole) text.longValue else null
                    text.skipChildren()
                }
            }
        } catch (_: JacksonException) {
            // So far it could be read.
        }
        return ids.singleOrNull()
    }

    private fun read(message: JsonNode): Incoming {
        val id = message.get("id")
        val answer = answer(message)
        val number = id?.takeIf { it.isIntegralNumber && it.canConvertToLong() }?.longValue()
        val isRequest = message.has("method") && !message.has("result") && !message.has("error")
        return when {
            id == null || isRequest -> Incoming.Malformed
            number != null -> if (answer == null) Incoming.Invalid(number) else Incoming.Answer(number, answer)
            answer == null -> Incoming.Malformed
            id.isNumber || id.isString || id.isNull -> Incoming.Stray
            else -> Incoming.Malformed
        }
    }

    /** A result or an error, and not both, nor a request; null if it is none of the two. */
    private fun answer(message: JsonNode): RpcAnswer? {
        if (message.get("jsonrpc")?.stringValue(null) != VERSION || message.has("method")) return null
        val result = message.get("result")
        val error = message.get("error")
        return when {
            result != null && error == null -> RpcAnswer.Result(result)
            error != null && result == null -> error(error)
            else -> null
        }
    }

    private fun error(error: JsonNode): RpcAnswer.Error? {
        val code = error.get("code")?.takeIf { it.isIntegralNumber && it.canConvertToInt() } ?: return null
        val message = error.get("message")?.stringValue(null) ?: return null
        return RpcAnswer.Error(code.intValue(), message, error.get("data"))
    }
}
