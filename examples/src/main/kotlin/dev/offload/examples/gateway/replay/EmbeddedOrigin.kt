package dev.offload.examples.gateway.replay

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.SplittableRandom
import java.util.concurrent.Executors
import java.util.concurrent.ScheduledExecutorService
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong
import kotlin.time.Duration

/**
 * A server on a loopback port that answers each request after [latency], and a share of them, [failureRate], with 503.
 * Which ones is drawn from a fixed seed by the number of the request.
 *
 * Answers wait in a queue and not on threads, so a few threads serve any number of requests.
 */
internal class EmbeddedOrigin private constructor(
    private val server: HttpServer,
    private val latency: Duration,
    private val failureRate: Double,
) : Origin {
    private val executor: ScheduledExecutorService =
        Executors.newScheduledThreadPool(THREADS) { task -> Thread(task, "origin").apply { isDaemon = true } }
    private val requests = AtomicLong()

    /** With a path of its own: a server cannot make sense of a request for a bare `//x`, which real logs hold. */
    override val url: String = "http://${server.address.address.hostAddress}:${server.address.port}$PREFIX"

    override val handled: Long get() = requests.get()

    override fun toString(): String = "embedded, at $url: latency $latency, failure rate $failureRate"

    private fun open(): EmbeddedOrigin {
        server.executor = executor
        server.createContext(PREFIX) { exchange ->
            val number = requests.incrementAndGet()
            executor.schedule({ answer(exchange, number) }, latency.inWholeNanoseconds, TimeUnit.NANOSECONDS)
        }
        server.start()
        return this
    }

    private fun answer(exchange: HttpExchange, number: Long) {
        val fails = SplittableRandom(SEED + number).nextDouble() < failureRate
        try {
            exchange.use {
                it.sendResponseHeaders(if (fails) UNAVAILABLE else OK, BODY.size.toLong())
                it.responseBody.write(BODY)
            }
        } catch (_: IOException) {
            // The client has gone; it counts that itself.
        }
    }

    override fun close() {
        server.stop(0)
        executor.shutdownNow()
    }

    companion object {
        private const val PREFIX = "/origin"
        private const val SEED = 503L
        private const val OK = 200
        private const val UNAVAILABLE = 503
        private const val BACKLOG = 4_096
        private const val THREADS = 4
        private const val MAX_IDLE = 10_000
        private val BODY = "A page, as far as a replay is concerned.\n".repeat(25).encodeToByteArray()

        /** Starts one on a free port. */
        fun start(latency: Duration, failureRate: Double): EmbeddedOrigin {
            // Head and body of an answer are two packets, and without this the second one waits 40 ms.
            System.setProperty("sun.net.httpserver.nodelay", "true")
            // By default the server hangs up on all but 200 connections that rest.
            System.setProperty("sun.net.httpserver.maxIdleConnections", MAX_IDLE.toString())
            val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG)
            return EmbeddedOrigin(server, latency, failureRate).open()
        }
    }
}

private inline fun HttpExchange.use(block: (HttpExchange) -> Unit) {
    try {
        block(this)
    } finally {
        close()
    }
}
