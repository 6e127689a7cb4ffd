package dev.offload.examples.gateway.http

import io.ktor.client.HttpClient
import io.ktor.client.engine.cio.CIO
import io.ktor.client.request.HttpRequestBuilder
import io.ktor.client.request.request
import io.ktor.client.statement.HttpResponse
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.ApplicationCallPipeline
import io.ktor.server.application.call
import io.ktor.server.engine.connector
import io.ktor.server.engine.embeddedServer
import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeout
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TestTimeSource
import io.ktor.server.cio.CIO as ServerCio

/** An origin that answers as the test says; the answer is told the number of the request, from 1. */
internal class TestOrigin(private val answer: suspend ApplicationCall.(Int) -> Unit) {
    private val received = AtomicInteger()

    /** How many requests have arrived. */
    val requests: Int get() = received.get()

    private val server =
        embeddedServer(ServerCio, configure = {
            connector {
                host = GatewaySettings.LOOPBACK
                port = 0
            }
        }) { intercept(ApplicationCallPipeline.Call) { call.answer(received.incrementAndGet()) } }

    suspend fun start(): String {
        server.startSuspend(wait = false)
        return "http://${GatewaySettings.LOOPBACK}:${server.engine.resolvedConnectors().single().port}"
    }

    suspend fun stop() = server.stopSuspend(0, 0)
}

/** A gateway in front of a [TestOrigin], its clients, and the time by which answers grow old. */
internal class TestGateway(val server: GatewayServer, val time: TestTimeSource, val lines: List<String>) {
    val client = testClient()

    suspend fun get(path: String, configure: HttpRequestBuilder.() -> Unit = {}): HttpResponse =
        client.request(server.url + path, configure)
}

/** Redirects and errors are answers. */
internal fun testClient() = HttpClient(CIO) {
    expectSuccess = false
    followRedirects = false
    engine {
        requestTimeout = 0
        maxConnectionsCount = 1_000
        endpoint.maxConnectionsPerRoute = 1_000
    }
}

/**
 * Runs [test] against a gateway and an origin that answers with [answer]; nothing of it may take longer than a minute.
 */
internal suspend fun withGateway(
    answer: suspend ApplicationCall.(Int) -> Unit,
    settings: GatewaySettings = GatewaySettings(ttl = 10.seconds, stale = 10.seconds),
    test: suspend TestGateway.(TestOrigin) -> Unit,
) = withTimeout(60.seconds) {
    val origin = TestOrigin(answer)
    HttpOriginClient(origin.start()).use { client ->
        val time = TestTimeSource()
        val lines = java.util.concurrent.CopyOnWriteArrayList<String>()
        val gateway = TestGateway(GatewayServer.start(settings, client, lines::add, time), time, lines)
        try {
            gateway.test(origin)
        } finally {
            gateway.client.close()
            gateway.server.stop(0.seconds)
            origin.stop()
        }
    }
}

/** Suspends until something is the case that nobody tells; the test's own limit bounds it. */
internal suspend fun until(condition: () -> Boolean) {
    while (!condition()) delay(1.milliseconds)
}

internal val HttpResponse.outcome: String? get() = headers[CacheOutcome.HEADER]
