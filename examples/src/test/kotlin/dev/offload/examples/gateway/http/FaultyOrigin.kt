package dev.offload.examples.gateway.http

import java.io.IOException
import java.io.InputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.Executors
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.random.Random

/**
 * What the origin says of a path to a user in a language: names all three, so that nobody can take it for another's, and is
 * as long as the path says.
 */
internal fun pageOf(path: String, user: String, language: String): String =
    "$path|$user|$language|" + "x".repeat(600 + path.hashCode().and(2047)) + "|end"

/** What an upload to [path] brings. */
internal fun uploadTo(path: String): String = "$path|" + "y".repeat(path.hashCode().and(1023)) + "|end"

/**
 * An origin that breaks some of its answers, in ways and places that [seed] and the number of the request decide. Paths
 * tell what it answers: `/private` is for nobody else, `/varies` depends on the language, all others are for everybody
 * who names no `X-User`.
 */
internal class FaultyOrigin(private val seed: Int) : AutoCloseable {
    private val socket = ServerSocket(0, 500, InetAddress.getLoopbackAddress())
    private val threads = Executors.newCachedThreadPool { Thread(it, "faulty-origin").apply { isDaemon = true } }
    private val arrivals = Semaphore(0)
    private val received = AtomicInteger()
    private val broken = AtomicInteger()
    private val halfUploads = AtomicInteger()

    val url: String get() = "http://${GatewaySettings.LOOPBACK}:${socket.localPort}"

    /** How many requests have arrived. */
    val requests: Int get() = received.get()

    /** How many answers were broken, or said that the origin is not well. */
    val faults: Int get() = broken.get()

    /** How many uploads were whole as their framing says, and were not what their client meant to send. */
    val wrongUploads: Int get() = halfUploads.get()

    init {
        thread(isDaemon = true) {
            try {
                while (true) {
                    val connection = socket.accept()
                    threads.execute { connection.use(::serve) }
                }
            } catch (_: IOException) {
                // Closed.
            }
        }
    }

    private fun serve(connection: Socket) = try {
        connection.tcpNoDelay = true
        connection.soTimeout = LIMIT_MILLIS
        val input = connection.getInputStream().buffered()
        val head = input.readHead()
        if (head != null && takeUpload(head, input)) {
            val number = received.incrementAndGet()
            arrivals.release()
            answer(connection, head, Random(seed * 31 + number))
            // Until the gateway has closed: a reset could overtake the answer.
            if (!connection.isClosed) input.read()
        }
        Unit
    } catch (_: IOException) {
        // The gateway has gone, as it may.
    }

    /** Reads what the request brings; false if that is not all that its head announces. */
    private fun takeUpload(head: Head, input: InputStream): Boolean {
        val length = head["Content-Length"]?.toInt() ?: 0
        val body = input.readNBytes(length).toString(Charsets.ISO_8859_1)
        if (body.length < length) return false
        if (length > 0 && body != uploadTo(head.path)) halfUploads.incrementAndGet()
        return true
    }

    private fun answer(connection: Socket, head: Head, random: Random) {
        val text = textOf(head, random).toByteArray(Charsets.ISO_8859_1)
        val output = connection.getOutputStream()
        when (random.nextInt(100)) {
            // Cut anywhere, and closed or reset.
            0, 1, 2 -> {
                broken.incrementAndGet()
                output.write(text, 0, random.nextInt(1, text.size))
                if (random.nextBoolean()) {
                    connection.setSoLinger(true, 0)
                    connection.close()
                    return
                }
            }

            // Slow: the rest comes when somebody else has been here, or nobody has for a while.
            3, 4 -> {
                val half = random.nextInt(text.size)
                output.write(text, 0, half)
                output.flush()
                arrivals.drainPermits()
                arrivals.tryAcquire(SLOW_MILLIS, TimeUnit.MILLISECONDS)
                output.write(text, half, text.size - half)
            }

            else -> {
                output.write(text)
            }
        }
        connection.shutdownOutput()
    }

    private fun textOf(head: Head, random: Random): String {
        val path = head.path
        val isVaried = path.startsWith("/varies")
        val page = pageOf(path, head["X-User"] ?: "-", if (isVaried) head["Accept-Language"] ?: "-" else "-")
        val tag = "ETag: \"${path.hashCode()}\"\r\n"
        val headers =
            when {
                isVaried -> "Vary: Accept-Language\r\n"
                path.startsWith("/private") -> "Cache-Control: private\r\n"
                random.nextBoolean() -> "Cache-Control: max-age=1\r\n$tag"
                else -> ""
            }
        if (head["If-None-Match"] != null && random.nextBoolean()) return "HTTP/1.1 304 Not Modified\r\n$tag\r\n"
        val chunks = chunked(page, random)
        return when (random.nextInt(20)) {
            0 -> fault("503 Not Well\r\nContent-Length: 5\r\n\r\nsorry")

            // Cut where nothing but the missing last chunk tells it.
            1 -> fault("200 OK\r\n${headers}Transfer-Encoding: chunked\r\n\r\n${chunks.dropLast(2).joinToString("")}")

            2 -> fault("200 OK\r\n${headers}Content-Length: ${page.length + 9}\r\n\r\n$page")

            3 -> fault("200 OK\r\nContent-Length: 9\r\n${headers}Content-Length: ${page.length}\r\n\r\n$page")

            in 4..10 -> "HTTP/1.1 200 OK\r\n${headers}Transfer-Encoding: chunked\r\n\r\n${chunks.joinToString("")}"

            11 -> "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + measured(headers, page)

            else -> measured(headers, page)
        }
    }

    private fun measured(headers: String, page: String) =
        "HTTP/1.1 200 OK\r\n${headers}Content-Length: ${page.length}\r\n\r\n$page"

    private fun fault(rest: String): String {
        broken.incrementAndGet()
        return "HTTP/1.1 $rest"
    }

    private fun chunked(page: String, random: Random): List<String> =
        page.chunked(random.nextInt(100, 900)).map { "${it.length.toString(16)}\r\n$it\r\n" } + "0\r\n\r\n"

    override fun close() {
        socket.close()
        threads.shutdownNow()
    }

    private companion object {
        const val LIMIT_MILLIS = 20_000
        const val SLOW_MILLIS = 30L
    }
}

/** The head of a request or an answer. */
internal class Head(val text: String) {
    /** Of a request. */
    val path: String get() = text.substringBefore("\r\n").split(' ')[1]

    /** Of an answer. */
    val status: Int get() = text.split(' ')[1].toInt()

    operator fun get(name: String): String? =
        text.lines().find { it.startsWith("$name:", ignoreCase = true) }?.substringAfter(':')?.trim()
}

/** The next head; null if the stream ends before one has ended. */
internal fun InputStream.readHead(): Head? {
    val read = StringBuilder()
    while (!read.endsWith("\r\n\r\n")) read.append(read().takeIf { it >= 0 }?.toChar() ?: return null)
    return Head(read.toString())
}
