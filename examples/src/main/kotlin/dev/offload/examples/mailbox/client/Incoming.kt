package dev.offload.examples.mailbox.client

import tools.jackson.databind.JsonNode

/** What a frame of the server turned out to be. */
internal sealed interface Incoming {
    /** The answer to the request [id], which need not be one that was made. */
    class Answer(val id: Long, val value: RpcAnswer) : Incoming

    /** An answer to no request of this client: its id is null, as for a request that could not be read, or text. */
    data object Stray : Incoming

    /** Meant as the answer to the request [id], but none in JSON-RPC 2.0, or no JSON behind its id. */
    data class Invalid(val id: Long) : Incoming

    /** No answer in JSON-RPC 2.0, or no JSON, to no request that could be told. */
    data object Malformed : Incoming
}

/** What an answer brings. */
internal sealed interface RpcAnswer {
    class Result(val value: JsonNode) : RpcAnswer

    class Error(val code: Int, val message: String, val data: JsonNode?) : RpcAnswer
}
