package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.ktor.client.statement.HttpResponse
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
import java.io.IOException
import java.net.ConnectException
import java.net.Socket
import java.net.URI
import java.util.concurrent.atomic.AtomicInteger
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

        test("a stop under load loses no request that was accepted") {
            withGateway({ respondText(request.uri) }) {
                val answered = AtomicInteger()
                coroutineScope {
                    repeat(32) { worker ->
                        launch {
                            var number = 0
                            while (true) {
                                val path = "/page/$worker/${number++ / 2}"
                                val answer = getOrNull(path)
                                if (answer == null || answer.status.value == 503) break
                                answer.bodyAsText() shouldBe path
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

/** An answer, or nothing if the connection was refused or closed. */
private suspend fun TestGateway.getOrNull(path: String): HttpResponse? = try {
    get(path)
} catch (_: IOException) {
    null
}

/** Suspends until no connection can be made any more. */
private suspend fun TestGateway.untilRefused() {
    val url = URI(server.url)
    try {
        while (true) runInterruptible(Dispatchers.IO) { Socket(url.host, url.port).close() }
    } catch (_: ConnectException) {
        // That is it.
    }
}
