package dev.offload.examples.mailbox.server

import tools.jackson.databind.JsonNode
import tools.jackson.databind.json.JsonMapper

/** What the server reads and writes; it shares no code with the client that it puts to the test. */
internal object Frames {
    private val mapper = JsonMapper()

    /** A request for an echo of its number. */
    class Request(val id: JsonNode, val number: Int)

    fun request(line: String): Request {
        val message = mapper.readTree(line)
        return Request(message.required("id"), message.required("params").required(0).intValue())
    }

    fun answer(request: Request, form: Form): ByteArray = line(
        when (form) {
            Form.RESULT -> """{"jsonrpc":"2.0","id":${request.id},"result":${request.number}}"""
            Form.ERROR -> """{"jsonrpc":"2.0","error":{"code":-32000,"message":"out of luck"},"id":${request.id}}"""
            Form.INVALID -> INVALID[request.number % INVALID.size].format(request.id)
        },
    )

    /** A frame that answers no request, for [purpose]; there are several to choose from by [number]. */
    fun noise(purpose: Purpose, number: Int): ByteArray {
        val choice = if (purpose == Purpose.MALFORMED) MALFORMED else UNKNOWN
        return choice[number % choice.size]
    }

    private val MALFORMED =
        listOf(
            "",
            "no JSON",
            "[1,2,3]",
            """{"jsonrpc":"2.0","result":""",
            """{"id":[1],"result":true}""",
        ).map(::line)

    /** What is no answer, with an id to be put in. */
    private val INVALID =
        listOf(
            """{"jsonrpc":"2.0","id":%s,"value":true}""",
            """{"jsonrpc":"2.0","id":%s,"result":""",
            """{"jsonrpc":"2.0","id":%s,"result":true} true""",
            """{"jsonrpc":"2.0","id":%s,"result":true,"result":false}""",
        )

    private val UNKNOWN =
        listOf("-1", "9007199254740993", "1e3", "\"1\"", "null", "123456789012345678901234567890")
            .map { line("""{"jsonrpc":"2.0","id":$it,"result":true}""") }

    private fun line(text: String): ByteArray = (text + "\n").encodeToByteArray()
}
