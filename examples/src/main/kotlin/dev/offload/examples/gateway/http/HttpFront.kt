package dev.offload.examples.gateway.http

import io.ktor.http.HttpHeaders
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.ApplicationCallPipeline
import io.ktor.server.application.call
import io.ktor.server.application.serverConfig
import io.ktor.server.cio.CIO
import io.ktor.server.cio.CIOApplicationEngine
import io.ktor.server.engine.EmbeddedServer
import io.ktor.server.engine.applicationEnvironment
import io.ktor.server.engine.connector
import io.ktor.server.engine.embeddedServer
import io.ktor.server.response.header
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.nio.channels.UnresolvedAddressException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** The HTTP server, which knows nothing of caches. Clients are HTTP 1.1 or 1.0; each request is one call of [gateway]. */
internal class HttpFront private constructor(private val gateway: Gateway) {
    private val requests = OpenRequests()

    @Volatile
    private var isStopping = false

    private lateinit var server: EmbeddedServer<CIOApplicationEngine, CIOApplicationEngine.Configuration>

    /** The port it listens at. */
    var port = 0
        private set

    /** How many requests are being answered. */
    val openRequests: Int get() = requests.open

    /** How many requests have been let in so far. */
    val acceptedRequests: Long get() = requests.accepted

    private suspend fun open(host: String, port: Int): HttpFront {
        val config =
            serverConfig(applicationEnvironment()) {
                // The failure to bind a port is thrown by the start, and need not be told a second time.
                parentCoroutineContext = CoroutineExceptionHandler { _, _ -> }
                module { intercept(ApplicationCallPipeline.Call) { answer(call) } }
            }
        server =
            embeddedServer(CIO, config) {
                connector {
                    this.host = host
                    this.port = port
                }
            }
        try {
            server.startSuspend(wait = false)
        } catch (e: Exception) {
            server.stopSuspend(0, 0)
            currentCoroutineContext().ensureActive()
            // Ktor wraps it in a cancellation of its own, and the JDK has no input or output in a name it cannot resolve.
            throw generateSequence<Throwable>(e) { it.cause }.firstNotNullOfOrNull(::asIOException) ?: e
        }
        this.port = server.engine.resolvedConnectors().single().port
        return this
    }

    private fun asIOException(e: Throwable): IOException? = when (e) {
        is IOException -> e
        is UnresolvedAddressException -> IOException("no address to listen at", e)
        else -> null
    }

    private suspend fun answer(call: ApplicationCall) {
        if (isStopping) call.response.header(HttpHeaders.Connection, "close")
        if (!requests.enter()) {
            call.sendError(HttpStatusCode.ServiceUnavailable, "the gateway is stopping")
            return
        }
        try {
            call.cancelOnHangUp()
            call.awaitTurn()
            gateway.handle(call)
        } catch (e: CancellationException) {
            throw e
        } catch (e: Exception) {
            fail(call, e)
        } finally {
            requests.leave()
        }
    }

    private suspend fun fail(call: ApplicationCall, e: Exception) {
        // A client that has gone, or an origin that has gone in the middle of its answer, is nothing to tell of.
        if (e !is IOException && e !is OriginException) LOGGER.log(System.Logger.Level.ERROR, "a request failed", e)
        if (call.response.isCommitted) {
            call.hangUp()
        } else {
            call.sendError(HttpStatusCode.InternalServerError, "an error of the gateway")
        }
    }

    /**
     * Takes no new connections from now on, waits at most [grace] for the requests it has accepted, and closes.
     *
     * A request is accepted when its handling begins, and that is as soon as its head has been read. Each one is
     * answered whole, unless the time ends first; then it is cut off, and counted. What is not accepted may be lost, but
     * nothing has been done for it, and its client gets no byte of an answer, or a 503:
     * - A connection that is still in the queue of the system is refused or, if the client believes it made, reset.
     * - A request that has not arrived whole on a connection that was taken goes on arriving. It is accepted as long as
     *   others are being answered, and for a little while after the last one, see [LINGER]; so what was on its way when
     *   the stop began is served too. Clients are told that it is the last one on its connection.
     *
     * This function is cancellable; requests that are being answered are then cut off.
     *
     * @return how many requests were cut off because the time was over
     */
    suspend fun stop(grace: Duration): Int = coroutineScope {
        isStopping = true
        val closing = launch { server.engine.stopSuspend(Long.MAX_VALUE, Long.MAX_VALUE) }
        withTimeoutOrNull(grace) {
            // Clients close when they have their answer, but those whose connection rests need not. What has been
            // answered may also be on its way through a buffer for a while.
            val quiet = launch { requests.closeWhenQuiet(LINGER) }
            select {
                closing.onJoin { }
                quiet.onJoin { }
            }
            quiet.cancel()
        }
        val left = requests.close()
        server.stopSuspend(0, 0)
        // Who was cut off has to notice, and to write a line of the log.
        if (left > 0) withTimeoutOrNull(LINGER) { requests.awaitNone() }
        left
    }

    companion object {
        /** How long connections may be silent, after the last answer, before they are closed. */
        private val LINGER = 300.milliseconds

        private val LOGGER = System.getLogger(HttpFront::class.java.name)

        init {
            // Ktor would cut everybody off at Ctrl-C.
            System.setProperty("io.ktor.server.engine.ShutdownHook", "false")
        }

        /**
         * Starts to listen.
         *
         * @param port 0 for any that is free
         * @throws IOException if that is not possible, for one because the port is in use
         */
        suspend fun start(host: String, port: Int, gateway: Gateway): HttpFront = HttpFront(gateway).open(host, port)
    }
}
