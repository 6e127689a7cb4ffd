package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith
import io.ktor.client.statement.bodyAsText
import io.ktor.server.request.uri
import io.ktor.server.response.respondText
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withTimeout
import java.net.ConnectException
import java.net.Socket
import java.net.SocketException
import java.net.URI
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class GatewayShutdownSpec :
    FunSpec({
        test(
            "requests that were accepted are answered although the gateway is stopping, and no new ones are accepted",
        ) {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                gate.await()
                respondText(request.uri)
            }) {
                coroutineScope {
                    val clients = List(100) { async { get("/page/$it").bodyAsText() } }
                    until { server.openRequests == 100 }
                    val end = async { server.stop(30.seconds) }
                    untilRefused()
                    gate.complete(Unit)
                    clients.awaitAll() shouldBe List(100) { "/page/$it" }
                    end.await().requestsCutOff shouldBe 0
                    end.await().jobs!!.cancelled() shouldBe 0
                }
                lines shouldHaveSize 100
            }
        }

        test("a stop under load loses no request that was accepted, and the others get no byte of an answer") {
            withGateway({ respondText(request.uri) }) {
                val answered = AtomicInteger()
                coroutineScope {
                    repeat(32) { worker ->
                        launch {
                            var number = 0
                            while (true) {
                                val path = "/page/$worker/${number++ / 2}"
                                val answer = answerOrNothing(path) ?: break
                                if (answer.startsWith("HTTP/1.1 503 ")) break
                                answer shouldStartWith "HTTP/1.1 200 "
                                answer shouldEndWith "\r\n\r\n$path"
                                answered.incrementAndGet()
                            }
                        }
                    }
                    until { answered.get() > 500 }
                    val end = server.stop(30.seconds)
                    end.requestsCutOff shouldBe 0
                    end.jobs!!.isClean shouldBe true
                }
                server.acceptedRequests shouldBe answered.get()
                lines shouldHaveSize answered.get()
            }
        }

        test("a request whose first half has arrived when the stop begins is answered as the last of its connection") {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                if (request.uri == "/slow") gate.await()
                respondText(request.uri)
            }) {
                coroutineScope {
                    val slow = async { get("/slow").bodyAsText() }
                    until { server.openRequests == 1 }
                    connection().use { socket ->
                        // So that the gateway has surely taken the connection.
                        socket.send("GET /first HTTP/1.1\r\nHost: test\r\n\r\n")
                        socket.readUntil("/first") shouldStartWith "HTTP/1.1 200 "
                        socket.send("GET /second HTT")
                        val end = async { server.stop(30.seconds) }
                        untilRefused()
                        socket.send("P/1.1\r\nHost: test\r\n\r\n")
                        val answer = socket.readUntil("/second")
                        answer shouldStartWith "HTTP/1.1 200 "
                        answer.lowercase() shouldContain "\r\nconnection: close\r\n"
                        gate.complete(Unit)
                        slow.await() shouldBe "/slow"
                        end.await().requestsCutOff shouldBe 0
                    }
                }
            }
        }

        test("connections that are silent do not hold up the stop, and get nothing") {
            withGateway({ respondText(request.uri) }) {
                connection().use { silent ->
                    connection().use { half ->
                        half.send("GET /half HTT")
                        get("/page")
                        withTimeout(20.seconds) { server.stop(1.hours) }.requestsCutOff shouldBe 0
                        listOf(silent, half).forAll { it.readOrNothing() shouldBe null }
                    }
                }
                server.acceptedRequests shouldBe 1
            }
        }

        test("what does not end within the grace time is cut off, and told") {
            withGateway({ awaitCancellation() }) {
                coroutineScope {
                    val clients = List(3) { async { runCatching { get("/page/${it % 2}") }.exceptionOrNull() } }
                    until { server.counts.started == 2L && server.counts.joined == 1L }
                    val end = server.stop(100.milliseconds)
                    end.requestsCutOff shouldBe 3
                    end.jobs!!.cancelled() shouldBe 2
                    end.jobs.isClean shouldBe true
                    clients.awaitAll().forAll { it shouldNotBe null }
                }
                lines shouldHaveSize 3
                lines.forAll { it shouldContain "\" 499 - \"" }
            }
        }

        test("a renewal in the background ends before the manager does") {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                if (it > 1) gate.await()
                respondText("page $it")
            }) { origin ->
                get("/page")
                time += 15.seconds
                get("/page").outcome shouldBe "STALE"
                until { origin.requests == 2 }
                coroutineScope {
                    val end = async { server.stop(30.seconds) }
                    untilRefused()
                    gate.complete(Unit)
                    end.await().jobs!!.cancelled() shouldBe 0
                }
            }
        }
    })

private suspend fun TestGateway.connection(): Socket = URI(server.url).let {
    runInterruptible(Dispatchers.IO) { Socket(it.host, it.port) }
}

private suspend fun Socket.send(text: String) =
    runInterruptible(Dispatchers.IO) { getOutputStream().write(text.toByteArray()) }

/** What arrives until it ends with [end], or there is no more. */
private suspend fun Socket.readUntil(end: String): String = runInterruptible(Dispatchers.IO) {
    val read = StringBuilder()
    while (!read.endsWith(end)) {
        val next = getInputStream().read()
        if (next < 0) break
        read.append(next.toChar())
    }
    read.toString()
}

/** All that arrives, or null if the connection is closed or reset before the first byte; later is an error. */
private suspend fun Socket.readOrNothing(): String? = runInterruptible(Dispatchers.IO) {
    val first =
        try {
            getInputStream().read()
        } catch (_: SocketException) {
            -1
        }
    if (first < 0) null else first.toChar() + getInputStream().readBytes().decodeToString()
}

/** The answer on a connection of its own, or null if that is not made, or there is no byte of it. */
private suspend fun TestGateway.answerOrNothing(path: String): String? {
    val socket =
        try {
            connection()
        } catch (_: SocketException) {
            return null
        }
    return socket.use {
        try {
            it.send("GET $path HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        } catch (_: SocketException) {
            return null
        }
        it.readOrNothing()
    }
}

/**
 * Suspends until connections are refused. One that the system had taken and the gateway had not is reset when the gateway
 * ceases to listen, which a client may meet while it connects.
 */
private suspend fun TestGateway.untilRefused() {
    while (true) {
        try {
            connection().close()
        } catch (_: ConnectException) {
            return
        } catch (_: SocketException) {
            continue
        }
    }
}
