package dev.offload.examples.mailbox.client

import tools.jackson.core.JacksonException
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

    /** The frame of a request, with its line feed; JSON has none inside. */
    fun request(id: Long, method: String, params: JsonNode): ByteArray {
        val request = mapper.createObjectNode().put("jsonrpc", VERSION).put("id", id).put("method", method)
        return mapper.writeValueAsBytes(request.set("params", params)) + '\n'.code.toByte()
    }

    /** Understands [frame], and never throws. */
    fun read(frame: ByteArray): Incoming = try {
        read(mapper.readTree(frame))
    } catch (_: JacksonException) {
        Incoming.Malformed
    }

    private fun read(message: JsonNode): Incoming {
        val id = message.get("id")
        val answer = answer(message)
        val number = id?.takeIf { it.isIntegralNumber && it.canConvertToLong() }?.longValue()
        return when {
            id == null || message.has("method") -> Incoming.Malformed
            number != null -> if (answer == null) Incoming.Invalid(number) else Incoming.Answer(number, answer)
            answer == null -> Incoming.Malformed
            id.isNumber || id.isString || id.isNull -> Incoming.Stray
            else -> Incoming.Malformed
        }
    }

    /** A result or an error, and not both; null if it is neither. */
    private fun answer(message: JsonNode): RpcAnswer? {
        if (message.get("jsonrpc")?.stringValue(null) != VERSION) return null
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
