package dev.offload.examples.gateway.http

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withTimeout
import java.io.IOException
import java.io.InputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.URI
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TestTimeSource

/**
 * An origin that says what no HTTP library would: to each request, told its head with its body, the bytes of [answer]
 * (a character each), and then it hangs up.
 */
internal class RawOrigin(private val answer: (String) -> String) : AutoCloseable {
    private val socket = ServerSocket(0, 50, InetAddress.getLoopbackAddress())

    /** What has arrived, request by request. */
    val requests = ConcurrentLinkedQueue<String>()

    val url: String get() = "http://${GatewaySettings.LOOPBACK}:${socket.localPort}"

    init {
        thread(isDaemon = true) {
            runCatching {
                while (true) {
                    val connection = socket.accept()
                    thread(isDaemon = true) { runCatching { connection.use(::serve) } }
                }
            }
        }
    }

    private fun serve(connection: Socket) {
        val request = connection.getInputStream().readRequest()
        requests += request
        connection.getOutputStream().write(answer(request).toByteArray(Charsets.ISO_8859_1))
        connection.shutdownOutput()
        // Until the gateway has closed: a reset could overtake the answer.
        connection.getInputStream().readBytes()
    }

    override fun close() = socket.close()
}

/** A head, and what its framing says that follows. */
private fun InputStream.readRequest(): String {
    val head = readTo("\r\n\r\n")
    val length = Regex("(?i)\r\ncontent-length: *(\\d+)").find(head)?.run { groupValues[1].toInt() } ?: 0
    val isChunked = Regex("(?i)\r\ntransfer-encoding: *chunked").containsMatchIn(head)
    return head + if (isChunked) readTo("0\r\n\r\n") else readNBytes(length).toString(Charsets.ISO_8859_1)
}

/** All up to [end], or up to the end of the stream. */
private fun InputStream.readTo(end: String): String {
    val read = StringBuilder()
    while (!read.endsWith(end)) read.append(read().takeIf { it >= 0 }?.toChar() ?: break)
    return read.toString()
}

/** How long a test waits for the next byte: less than for the whole test, and more than a busy machine takes. */
private val PATIENCE = 30.seconds

/** A gateway in front of a [RawOrigin]. */
internal class RawGateway(val server: GatewayServer, val origin: RawOrigin, val time: TestTimeSource) {
    /** Sends [request] and answers all that comes until the gateway closes the connection. */
    suspend fun send(request: String): String = runInterruptible(Dispatchers.IO) {
        val url = URI(server.url)
        Socket(url.host, url.port).use {
            it.soTimeout = PATIENCE.inWholeMilliseconds.toInt()
            it.getOutputStream().write(request.toByteArray(Charsets.ISO_8859_1))
            it.getInputStream().readUntilClosed().toString(Charsets.ISO_8859_1)
        }
    }

    /** Sends [request], says that no more comes, and answers all that comes until the gateway closes the connection. */
    suspend fun sendAndEnd(request: String): String = runInterruptible(Dispatchers.IO) {
        val url = URI(server.url)
        Socket(url.host, url.port).use {
            it.soTimeout = PATIENCE.inWholeMilliseconds.toInt()
            it.getOutputStream().write(request.toByteArray(Charsets.ISO_8859_1))
            it.shutdownOutput()
            it.getInputStream().readUntilClosed().toString(Charsets.ISO_8859_1)
        }
    }

    /** Sends [request], and hangs up without waiting for anything. */
    suspend fun sendAndHangUp(request: String) = runInterruptible(Dispatchers.IO) {
        val url = URI(server.url)
        Socket(url.host, url.port).use { it.getOutputStream().write(request.toByteArray(Charsets.ISO_8859_1)) }
    }

    /** Gets [path] as the only thing that is done on a connection. */
    suspend fun get(path: String, vararg headers: String): RawAnswer =
        RawAnswer(send(request("GET", path, "Connection: close", *headers)))
}

private fun InputStream.readUntilClosed(): ByteArray {
    val read = ArrayList<Byte>()
    try {
        while (true) read += read().takeIf { it >= 0 }?.toByte() ?: break
    } catch (e: IOException) {
        if (e is java.net.SocketTimeoutException) throw e
    }
    return read.toByteArray()
}

internal fun request(method: String, path: String, vararg headers: String): String =
    "$method $path HTTP/1.1\r\nHost: test\r\n" + headers.joinToString("") { "$it\r\n" } + "\r\n"

internal fun response(body: String, vararg headers: String, status: String = "200 OK"): String =
    "HTTP/1.1 $status\r\nContent-Length: ${body.length}\r\n" + headers.joinToString("") { "$it\r\n" } + "\r\n" + body

/** What came over the wire. */
internal class RawAnswer(val text: String) {
    val status: Int get() = text.removePrefix("HTTP/1.1 ").take(3).toInt()
    val body: String get() = text.substringAfter("\r\n\r\n")
    val outcome: String? get() = this["X-Cache"]

    /** Whether the framing says that the body is whole. */
    val isWhole: Boolean
        get() = when (val length = this["Content-Length"]) {
            null -> body.endsWith("0\r\n\r\n")
            else -> body.length == length.toInt()
        }

    operator fun get(header: String): String? =
        text.substringBefore("\r\n\r\n").lines().find { it.startsWith("$header:", ignoreCase = true) }
            ?.substringAfter(':')?.trim()
}

/** Runs [test] against a gateway and an origin that says [answer]; nothing of it may take longer than a minute. */
internal suspend fun withRawOrigin(
    answer: (String) -> String,
    settings: GatewaySettings = GatewaySettings(ttl = 10.seconds, stale = 10.seconds),
    test: suspend RawGateway.() -> Unit,
) = withTimeout(60.seconds) {
    RawOrigin(answer).use { origin ->
        HttpOriginClient(origin.url).use { client ->
            val time = TestTimeSource()
            val server = GatewayServer.start(settings, client, {}, time)
            try {
                RawGateway(server, origin, time).test()
            } finally {
                server.stop(0.seconds)
            }
        }
    }
}
