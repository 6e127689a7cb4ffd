package dev.offload.examples.gateway.http

import dev.offload.coroutines.joinAll
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.ktor.client.request.get
import io.ktor.client.statement.bodyAsText
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.HttpStatusCode
import io.ktor.server.response.header
import io.ktor.server.response.respondText
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlin.time.Duration.Companion.seconds

private const val MANY = 200

class GatewaySharingSpec :
    FunSpec({
        test("200 concurrent requests for what is missing make one origin request") {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                gate.await()
                respondText("page $it")
            }) { origin ->
                val answers =
                    coroutineScope {
                        val clients = List(MANY) { async { get("/page") } }
                        until { server.counts.joined == MANY - 1L }
                        gate.complete(Unit)
                        clients.awaitAll()
                    }
                origin.requests shouldBe 1
                answers.map { it.bodyAsText() }.toSet() shouldBe setOf("page 1")
                answers.groupingBy { it.outcome }.eachCount() shouldBe mapOf("MISS" to 1, "JOINED" to MANY - 1)
            }
        }

        test("200 requests for what is stale make one origin request, and none waits for it") {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                if (it > 1) gate.await()
                respondText("page $it")
            }) { origin ->
                get("/page").outcome shouldBe "MISS"
                time += 15.seconds
                // The origin does not answer before they all have.
                val answers = coroutineScope { List(MANY) { async { get("/page") } }.awaitAll() }
                answers.map { it.bodyAsText() }.toSet() shouldBe setOf("page 1")
                answers.map { it.outcome }.toSet() shouldBe setOf("STALE")
                answers.first().headers[HttpHeaders.Age] shouldBe "15"
                server.counts.renewals shouldBe 1
                gate.complete(Unit)
                server.manager!!.joinAll()
                val renewed = get("/page")
                renewed.bodyAsText() shouldBe "page 2"
                renewed.outcome shouldBe "HIT"
                origin.requests shouldBe 2
            }
        }

        test("a client that hangs up cancels nobody else's load") {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                gate.await()
                respondText("page $it")
            }) { origin ->
                coroutineScope {
                    val first = async { get("/page") }
                    until { server.counts.started == 1L }
                    val second = async { get("/page") }
                    until { server.counts.joined == 1L }
                    first.cancel()
                    until { server.openRequests == 1 }
                    gate.complete(Unit)
                    second.await().bodyAsText() shouldBe "page 1"
                    shouldThrow<CancellationException> { first.await() }
                }
                origin.requests shouldBe 1
            }
        }

        test("a load whose only client hangs up goes on and fills the store") {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                gate.await()
                respondText("page $it")
            }) { origin ->
                coroutineScope {
                    val only = async { get("/page") }
                    until { origin.requests == 1 }
                    only.cancel()
                    until { server.openRequests == 0 }
                }
                gate.complete(Unit)
                server.manager!!.joinAll()
                get("/page").outcome shouldBe "HIT"
                origin.requests shouldBe 1
            }
        }

        test("a hung origin answers 504 within the limit and frees its path for the next request") {
            withGateway(
                answer = { if (it == 1) awaitCancellation() else respondText("page $it") },
                settings = GatewaySettings(originLimit = 1.seconds),
            ) { origin ->
                val late = get("/page")
                late.status shouldBe HttpStatusCode.GatewayTimeout
                late.outcome shouldBe "MISS"
                get("/page").bodyAsText() shouldBe "page 2"
                origin.requests shouldBe 2
            }
        }

        test(
            "a hung origin is 504 also for what is passed through, and what is stale stands in for what would be stored",
        ) {
            withGateway(
                answer = { if (it == 1) respondText("page $it") else awaitCancellation() },
                settings = GatewaySettings(ttl = 10.seconds, stale = 10.seconds, originLimit = 1.seconds),
            ) {
                get("/page").bodyAsText() shouldBe "page 1"
                get("/page") { method = HttpMethod.Post }.status shouldBe HttpStatusCode.GatewayTimeout
                time += 30.seconds
                val substitute = get("/page")
                substitute.bodyAsText() shouldBe "page 1"
                substitute.outcome shouldBe "STALE"
            }
        }

        test("a renewal that fails leaves the stale answer where it is, and a request after the pause tries again") {
            withGateway({
                if (it ==
                    2
                ) {
                    respondText("sorry", status = HttpStatusCode.ServiceUnavailable)
                } else {
                    respondText("page $it")
                }
            }) { origin ->
                get("/page")
                time += 14.seconds
                for (attempt in 2..3) {
                    time += 1.seconds
                    get("/page").bodyAsText() shouldBe "page 1"
                    server.manager!!.joinAll()
                    origin.requests shouldBe attempt
                }
                get("/page").bodyAsText() shouldBe "page 3"
            }
        }

        test("beyond the time for stale answers, one stands in only for an error") {
            withGateway({
                if (it ==
                    2
                ) {
                    respondText("sorry", status = HttpStatusCode.ServiceUnavailable)
                } else {
                    respondText("page $it")
                }
            }) {
                get("/page")
                time += 30.seconds
                val substitute = get("/page")
                substitute.bodyAsText() shouldBe "page 1"
                substitute.outcome shouldBe "STALE"
                val renewed = get("/page")
                renewed.bodyAsText() shouldBe "page 3"
                renewed.outcome shouldBe "MISS"
            }
        }

        test("an origin that cannot be reached is 502, or what is stale") {
            withGateway({ respondText("page") }) { origin ->
                get("/known")
                origin.stop()
                time += 30.seconds
                get("/known").outcome shouldBe "STALE"
                get("/unknown").status shouldBe HttpStatusCode.BadGateway
            }
        }

        test("an error is shared by those who waited for it, and not kept") {
            val gate = CompletableDeferred<Unit>()
            withGateway({
                gate.await()
                respondText("error $it", status = HttpStatusCode.InternalServerError)
            }) { origin ->
                coroutineScope {
                    val clients = List(10) { async { get("/page") } }
                    until { server.counts.joined == 9L }
                    gate.complete(Unit)
                    clients.awaitAll().map { it.bodyAsText() }.toSet() shouldBe setOf("error 1")
                }
                get("/page").bodyAsText() shouldBe "error 2"
                origin.requests shouldBe 2
            }
        }

        for ((name, value) in listOf(
            HttpHeaders.CacheControl to "private",
            HttpHeaders.CacheControl to "no-store",
            HttpHeaders.SetCookie to "session=1",
            HttpHeaders.Vary to "*",
        )) {
            test("an answer with $name: $value is given to nobody but the one it was made for") {
                val gate = CompletableDeferred<Unit>()
                withGateway({
                    gate.await()
                    response.header(name, value)
                    respondText("for ${request.headers["Referer"]}")
                }) { origin ->
                    coroutineScope {
                        val clients =
                            List(10) { async { get("/page") { headers.append("Referer", "$it") }.bodyAsText() } }
                        until { server.counts.joined == 9L }
                        gate.complete(Unit)
                        clients.awaitAll() shouldContainExactly List(10) { "for $it" }
                    }
                    origin.requests shouldBe 10
                    // It is known now, so that nobody waits for what cannot be had.
                    get("/page") { headers.append("Referer", "me") }.bodyAsText() shouldBe "for me"
                    origin.requests shouldBe 11
                }
            }
        }

        test("without offload each request loads for itself, and waits when it meets what is stale") {
            val gate = CompletableDeferred<Unit>()
            withGateway(
                answer = {
                    gate.await()
                    respondText("page $it")
                },
                settings = GatewaySettings(ttl = 10.seconds, stale = 10.seconds, offload = false),
            ) { origin ->
                coroutineScope {
                    val clients = List(20) { async { client.get(server.url + "/page").outcome } }
                    until { origin.requests == 20 }
                    gate.complete(Unit)
                    clients.awaitAll().toSet() shouldBe setOf("MISS")
                }
                get("/page").outcome shouldBe "HIT"
                time += 15.seconds
                get("/page").bodyAsText() shouldBe "page 21"
            }
        }
    })
