package dev.offload.examples.mailbox.client

import tools.jackson.databind.JsonNode
import kotlin.time.Duration

/** Why a call got no result. */
internal sealed class RpcException(message: String, cause: Throwable? = null) : Exception(message, cause)

/**
 * The server answered with an error.
 *
 * @property code what JSON-RPC or the server calls it
 * @property data what the server says beyond its message; null if nothing
 */
internal class RpcErrorException(val code: Int, message: String, val data: JsonNode?) : RpcException(message)

/** The server answered with what is no answer in JSON-RPC 2.0. */
internal class InvalidAnswerException : RpcException("the answer has neither a result nor an error in JSON-RPC 2.0")

/** There was no answer in time. One that comes later is counted, and reaches nobody. */
internal class RpcTimeoutException(val limit: Duration) : RpcException("no answer within $limit")

/** The connection is gone, and with it whatever was on its way; the [cause] says why. */
internal class ConnectionLostException(cause: Throwable?) :
    RpcException("the connection is lost: ${cause?.message ?: cause}", cause)
