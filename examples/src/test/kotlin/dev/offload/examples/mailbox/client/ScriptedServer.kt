package dev.offload.examples.mailbox.client

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.withContext
import tools.jackson.databind.JsonNode
import tools.jackson.databind.json.JsonMapper
import tools.jackson.databind.node.JsonNodeFactory
import java.io.BufferedReader
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketAddress
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Longer than any test waits, if all is well. */
internal val LONG: Duration = 60.seconds

/** A server that does what a test tells it, to one client. */
internal class ScriptedServer : AutoCloseable {
    private val listener = ServerSocket(0, 1, InetAddress.getLoopbackAddress())
    private val accepted = lazy { listener.accept().apply { soTimeout = LONG.inWholeMilliseconds.toInt() } }
    private val socket: Socket by accepted
    private val lines: BufferedReader by lazy { socket.getInputStream().bufferedReader() }

    val address: SocketAddress get() = InetSocketAddress(listener.inetAddress, listener.localPort)

    class Request(val id: Long, val params: JsonNode)

    /** Waits for a request; null if there are no more. */
    suspend fun receiveOrNull(): Request? = withContext(Dispatchers.IO) {
        lines.readLine()?.let(JsonMapper.shared()::readTree)?.let { Request(it["id"].longValue(), it["params"]) }
    }

    suspend fun receive(): Request = checkNotNull(receiveOrNull())

    suspend fun send(vararg frames: String) = withContext(Dispatchers.IO) {
        socket.getOutputStream().write(frames.joinToString("") { it + "\n" }.encodeToByteArray())
    }

    /** Answers with what was asked. */
    suspend fun echo(request: Request) = send("""{"jsonrpc":"2.0","id":${request.id},"result":${request.params}}""")

    suspend fun fail(request: Request, error: String) = send("""{"jsonrpc":"2.0","id":${request.id},"error":$error}""")

    /** Ends the connection; abruptly, as if it had crashed, if told so. */
    fun hangUp(abruptly: Boolean = false) {
        if (abruptly) socket.setSoLinger(true, 0)
        socket.close()
    }

    override fun close() {
        listener.close()
        if (accepted.isInitialized()) socket.close()
    }
}

internal fun number(value: Int): JsonNode = JsonNodeFactory.instance.numberNode(value)

/** Makes a call, and has it answered: all that the server sent before has been read then. */
internal suspend fun RpcClient.roundTrip(server: ScriptedServer, value: Int = 0): JsonNode = coroutineScope {
    val answer = async { call("echo", number(value), LONG) }
    server.echo(server.receive())
    answer.await()
}

/** Runs [test] with a client and its server. */
internal suspend fun connected(
    maxFrame: Int = RpcClient.MAX_FRAME,
    test: suspend CoroutineScope.(RpcClient, ScriptedServer) -> Unit,
) {
    ScriptedServer().use { server ->
        RpcClient.connect(server.address, maxFrame).use { client ->
            coroutineScope { test(client, server) }
        }
    }
}
