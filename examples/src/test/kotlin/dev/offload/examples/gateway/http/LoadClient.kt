package dev.offload.examples.gateway.http

import java.io.IOException
import java.io.InputStream
import java.net.Socket
import java.net.URI
import java.util.EnumMap
import kotlin.random.Random

/** What a client got for a request. */
internal enum class Got {
    /** A whole 200 with the body that was asked for. */
    RIGHT,

    /** A whole 200 with another body: a half one, or somebody else's. */
    WRONG,

    /** An error, whole: the origin failed. */
    ERROR,

    /** Less than its framing says, or nothing. */
    BROKEN,

    /** Nothing, since the client hung up first. */
    LEFT,
}

/**
 * A client of a load. It knows what it should get, since a page names its path, its user and its language. It keeps its
 * connection as long as both sides want to, and now and then it hangs up.
 */
internal class LoadClient(url: String, private val user: String, private val random: Random) {
    private val url = URI(url)
    private var connection: Socket? = null

    /** Makes as many requests, and counts what they got. */
    fun run(requests: Int): Map<Got, Int> {
        val counts = EnumMap<Got, Int>(Got::class.java)
        repeat(requests) { counts.merge(request(), 1, Int::plus) }
        disconnect()
        return counts
    }

    private fun request(): Got {
        val language = listOf("de", "en", "fr").random(random)
        val kind = random.nextInt(10)
        val path =
            when {
                kind < 5 -> "/common/${random.nextInt(40)}"
                kind < 7 -> "/varies/${random.nextInt(10)}"
                kind < 8 -> "/private/${random.nextInt(10)}"
                else -> "/own/${random.nextInt(5)}"
            }
        val isOwn = kind >= 8
        val upload = if (random.nextInt(25) == 0) uploadTo(path) else ""
        val text =
            request(
                if (upload.isEmpty()) "GET" else "POST",
                path,
                "Accept-Language: $language",
                *if (isOwn) arrayOf("X-User: $user") else arrayOf(),
                *if (upload.isEmpty()) arrayOf() else arrayOf("Content-Length: ${upload.length}"),
                *if (random.nextInt(5) == 0) arrayOf("Connection: close") else arrayOf(),
            ) + upload
        val page = pageOf(path, if (isOwn) user else "-", if (path.startsWith("/varies")) language else "-")
        return exchange(text, page)
    }

    private fun exchange(text: String, page: String): Got = try {
        val socket = connection ?: connect()
        if (random.nextInt(40) == 0) {
            socket.getOutputStream().write(text.take(random.nextInt(1, text.length + 1)).toByteArray())
            disconnect()
            Got.LEFT
        } else {
            socket.getOutputStream().write(text.toByteArray())
            judge(socket.getInputStream(), page)
        }
    } catch (_: IOException) {
        disconnect()
        Got.BROKEN
    }

    private fun judge(input: InputStream, page: String): Got {
        val head = input.readHead() ?: throw IOException("no head")
        val body = input.readBody(head)
        if (head["Connection"].equals("close", ignoreCase = true)) disconnect()
        return when {
            head.status != 200 -> Got.ERROR
            body == page -> Got.RIGHT
            else -> Got.WRONG
        }
    }

    private fun connect() = Socket(url.host, url.port).also {
        it.soTimeout = LIMIT_MILLIS
        it.tcpNoDelay = true
        connection = it
    }

    private fun disconnect() {
        connection?.close()
        connection = null
    }

    private companion object {
        const val LIMIT_MILLIS = 20_000
    }
}

/** The body of an answer, whole as its framing says. */
private fun InputStream.readBody(head: Head): String {
    val length = head["Content-Length"]?.toInt()
    if (length != null) return readText(length)
    if (head["Transfer-Encoding"] != "chunked") throw IOException("no framing")
    val body = StringBuilder()
    while (true) {
        val size = readLine().toInt(16)
        body.append(readText(size))
        if (readLine() != "") throw IOException("no end of a chunk")
        if (size == 0) return body.toString()
    }
}

private fun InputStream.readText(length: Int): String {
    val bytes = readNBytes(length)
    if (bytes.size < length) throw IOException("cut")
    return bytes.toString(Charsets.ISO_8859_1)
}

private fun InputStream.readLine(): String {
    val line = StringBuilder()
    while (!line.endsWith("\r\n")) line.append(read().takeIf { it >= 0 }?.toChar() ?: throw IOException("cut"))
    return line.dropLast(2).toString()
}
