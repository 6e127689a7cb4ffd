package dev.offload.examples.gateway.http

import dev.offload.examples.gateway.replay.LogLine
import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import io.ktor.client.request.header
import io.ktor.client.request.setBody
import io.ktor.client.statement.bodyAsText
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpMethod
import io.ktor.http.HttpStatusCode
import io.ktor.server.request.header
import io.ktor.server.request.httpMethod
import io.ktor.server.request.receiveText
import io.ktor.server.request.uri
import io.ktor.server.response.header
import io.ktor.server.response.respondText
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runInterruptible
import java.io.IOException
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds

class GatewayHttpSpec :
    FunSpec({
        test("a request that tells who asks, or wants a part, or nothing stored, is passed through with its headers") {
            withGateway({
                respondText("page $it for ${request.header("Authorization") ?: request.header("Cookie")}")
            }) {
                get("/page").bodyAsText() shouldBe "page 1 for null"
                val mine = get("/page") { header("Authorization", "Basic me") }
                mine.bodyAsText() shouldBe "page 2 for Basic me"
                mine.outcome shouldBe null
                get("/page") { header("Cookie", "id=me") }.bodyAsText() shouldBe "page 3 for id=me"
                get("/page") { header("Range", "bytes=0-1") }.bodyAsText() shouldBe "page 4 for null"
                get("/page") { header("Cache-Control", "no-store") }.bodyAsText() shouldBe "page 5 for null"
                get("/page") { header("If-Match", "\"x\"") }.bodyAsText() shouldBe "page 6 for null"
                get("/page") { header("X-Api-Key", "mine") }.bodyAsText() shouldBe "page 7 for null"
                // None of them has been stored.
                get("/page").bodyAsText() shouldBe "page 1 for null"
            }
        }

        test("other methods are passed through with their body, both ways") {
            withGateway({
                respondText("${request.httpMethod.value} ${receiveText()}", status = HttpStatusCode.Created)
            }) {
                repeat(2) {
                    val answer =
                        get("/page") {
                            method = HttpMethod.Post
                            setBody("text")
                        }
                    answer.status shouldBe HttpStatusCode.Created
                    answer.bodyAsText() shouldBe "POST text"
                    answer.outcome shouldBe null
                }
            }
        }

        test("headers that concern one connection are not passed on, in neither direction") {
            val seen = mutableListOf<Set<String>>()
            withGateway({
                seen += request.headers.names().map { it.lowercase() }.toSet()
                response.header("Keep-Alive", "timeout=5")
                response.header("X-Cache", "HIT")
                response.header("X-Kept", "yes")
                respondText("page")
            }) {
                val answer =
                    get("/page") {
                        method = HttpMethod.Put
                        header("Proxy-Authorization", "secret")
                        header("TE", "trailers")
                        header("X-Named", "1")
                        header("Connection", "X-Named")
                        header("X-Kept", "yes")
                    }
                listOf("proxy-authorization", "te", "x-named").forAll {
                    (it in seen.single()) shouldBe
                        false
                }
                ("x-kept" in seen.single()) shouldBe true
                answer.headers["Keep-Alive"] shouldBe null
                answer.headers["X-Cache"] shouldBe null
                answer.headers["X-Kept"] shouldBe "yes"
            }
        }

        test("a path and its query reach the origin as they are") {
            withGateway({ respondText(request.uri) }) {
                listOf(
                    "/",
                    "//a//b",
                    "/a%2Fb%20c",
                    "/a?x=1&y=2&x=3",
                    "/a?flag&e=%20+",
                    "/a?",
                    "/a?q=/../?",
                ).forAll { path ->
                    raw("GET $path HTTP/1.1").last() shouldBe path
                    raw("GET $path HTTP/1.1").last() shouldBe path
                }
            }
        }

        test("an offer to speak HTTP 2 is declined, and does not keep a request from the store") {
            withGateway({ respondText("page") }) { origin ->
                repeat(2) { strictGet("${server.url}/page").body() shouldBe "page" }
                origin.requests shouldBe 1
            }
        }

        test("HEAD is answered from what GET has stored") {
            withGateway({ respondText("page") }) { origin ->
                val length = get("/page").headers[HttpHeaders.ContentLength]
                val head = get("/page") { method = HttpMethod.Head }
                head.outcome shouldBe "HIT"
                head.headers[HttpHeaders.ContentLength] shouldBe length
                head.bodyAsText() shouldBe ""
                origin.requests shouldBe 1
            }
        }

        test("the age of an answer is told once, and goes on where another cache had left it") {
            withGateway({
                response.header("Age", "5")
                respondText("page")
            }) {
                get("/page").headers.getAll("Age") shouldBe listOf("5")
                time += 3.seconds
                val later = get("/page")
                later.outcome shouldBe "HIT"
                later.headers.getAll("Age") shouldBe listOf("8")
            }
        }

        test("a body over the limit is passed through whole, and not stored") {
            withGateway(
                answer = { respondText("x".repeat(100_000)) },
                settings = GatewaySettings(ttl = 10.seconds, maxBody = 1_000),
            ) { origin ->
                repeat(2) {
                    val answer = get("/page")
                    answer.bodyAsText() shouldBe "x".repeat(100_000)
                    answer.outcome shouldBe "MISS"
                }
                // The first one was met by a load, and thrown away.
                origin.requests shouldBe 3
            }
        }

        test("a request that is the last of its connection is answered") {
            withGateway({ respondText("page") }) {
                raw("GET /page HTTP/1.1", "Connection: close").last() shouldBe "page"
                raw("GET /other HTTP/1.0").last() shouldBe "page"
            }
        }

        test("a request for no path of this server is refused") {
            withGateway({ respondText("page") }) { origin ->
                listOf("http://elsewhere.example/", "*", "/page#part").forAll {
                    raw("GET $it HTTP/1.1").first() shouldBe "HTTP/1.1 400 Bad Request"
                }
                origin.requests shouldBe 0
            }
        }

        test("an answer that breaks off is neither stored nor taken for a whole one") {
            val broken = listOf("Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n8\r\nhalf")
            broken.forAll { answer ->
                withBrokenOrigin("HTTP/1.1 200 OK\r\n$answer") { gateway ->
                    repeat(2) { strictGet("${gateway.url}/page").statusCode() shouldBe 502 }
                    // Where nothing has been sent yet it may also be told.
                    val passed =
                        try {
                            strictGet("${gateway.url}/page", "Authorization", "me").statusCode()
                        } catch (_: IOException) {
                            502
                        }
                    passed shouldBe 502
                }
            }
        }

        test("a line of the access log can be replayed, and tells neither who asked nor the query") {
            withGateway({ respondText("page") }) {
                get("/page?token=secret")
                get("/page?token=secret")
                until { lines.size == 2 }
                lines.map(LogLine::parse) shouldContainExactly List(2) { LogLine.Load("/page") }
                lines.forAll { it shouldNotContain "secret" }
                lines.filter { " HIT " in it } shouldHaveSize 1
            }
        }

        for (offload in listOf(true, false)) {
            val settings = GatewaySettings(ttl = 10.seconds, offload = offload)

            test("a client that hangs up with the last byte has its line in the access log, offload = $offload") {
                withGateway({ respondText("page") }, settings) {
                    coroutineScope { repeat(300) { launch { get("/page").bodyAsText() } } }
                    until { lines.size == 300 }
                    lines.map(LogLine::parse).toSet() shouldBe setOf(LogLine.Load("/page"))
                    lines.forAll { it shouldContain "\" 200 4 \"" }
                }
            }

            test("a client that hangs up without an answer has its line in the access log, offload = $offload") {
                withGateway({ awaitCancellation() }, settings) { origin ->
                    coroutineScope {
                        val client = launch { get("/page") }
                        until { origin.requests == 1 }
                        client.cancel()
                    }
                    until { lines.size == 1 }
                    LogLine.parse(lines.single()) shouldBe LogLine.Load("/page")
                    lines.single() shouldContain "\" 499 - \""
                }
            }
        }
    })

/** The lines of the answer to a request that no client would make. */
private suspend fun TestGateway.raw(vararg lines: String): List<String> = runInterruptible(Dispatchers.IO) {
    val url = URI(server.url)
    Socket(url.host, url.port).use { socket ->
        val close = if (lines.none { it.startsWith("Connection") }) listOf("Connection: close") else listOf()
        socket.getOutputStream().write(
            (lines.toList() + "Host: test" + close + "" + "").joinToString("\r\n").toByteArray(),
        )
        socket.getInputStream().readBytes().decodeToString().split("\r\n")
    }
}

/** The client of the JDK is strict about the end of a body. */
private suspend fun strictGet(url: String, vararg headers: String): HttpResponse<String> =
    runInterruptible(Dispatchers.IO) {
        val request = HttpRequest.newBuilder(URI(url)).apply { if (headers.isNotEmpty()) headers(*headers) }.build()
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString())
    }

/** A gateway in front of a server that says [answer] to whoever connects, and hangs up. */
private suspend fun withBrokenOrigin(answer: String, test: suspend (GatewayServer) -> Unit) {
    val socket = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
    thread(isDaemon = true) {
        runCatching {
            while (true) {
                socket.accept().use {
                    while (it.getInputStream().read(ByteArray(1_000)) == 1_000) continue
                    it.getOutputStream().write(answer.toByteArray())
                }
            }
        }
    }
    socket.use {
        HttpOriginClient("http://127.0.0.1:${socket.localPort}").use { client ->
            val gateway = GatewayServer.start(GatewaySettings(ttl = 10.seconds), client, {})
            try {
                test(gateway)
            } finally {
                gateway.stop(0.seconds)
            }
        }
    }
}
