package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

private fun String.header(name: String): String? =
    lines().find { it.startsWith("$name: ", ignoreCase = true) }?.substringAfter(": ")?.trim()

/** Who gets whose answer, seen over raw sockets on both sides. */
class WhoseAnswerSpec :
    FunSpec({
        for (name in listOf("X-Api-Key", "X-Tenant", "Authorization", "Cookie", "X-Forwarded-For", "Unheard-Of")) {
            test("what $name says reaches the origin, and its answer nobody else") {
                withRawOrigin({ response("for ${it.header(name)}") }) {
                    repeat(2) {
                        get("/page", "$name: a").body shouldBe "for a"
                        get("/page", "$name: b").body shouldBe "for b"
                        get("/page").body shouldBe "for null"
                    }
                    origin.requests.size shouldBe 5
                }
            }
        }

        test("a load carries what its client sent, but no condition") {
            withRawOrigin({ response("page") }) {
                get("/page", "Accept-Language: de", "User-Agent: me", "If-None-Match: \"x\"").status shouldBe 200
                val load = origin.requests.single()
                load.header("Accept-Language") shouldBe "de"
                load.header("User-Agent") shouldBe "me"
                load.header("Via") shouldBe "1.1 offload-gateway"
                load.lowercase() shouldNotContain "if-none-match"
            }
        }

        test("an answer that varies is given to those whose headers match, and stored for each") {
            withRawOrigin({ response("in ${it.header("Accept-Language")}", "Vary: Accept-Language") }) {
                repeat(2) {
                    get("/page", "Accept-Language: de").body shouldBe "in de"
                    get("/page", "Accept-Language: en").body shouldBe "in en"
                    get("/page").body shouldBe "in null"
                }
                origin.requests.size shouldBe 3
            }
        }

        test("all lines of a header that answers vary with count") {
            withRawOrigin({
                response("in ${it.lines().filter { line -> line.startsWith("Accept-L") }}", "Vary: Accept-Language")
            }) {
                for (second in listOf("en", "fr")) {
                    get("/page", "Accept-Language: de", "Accept-Language: $second").body shouldContain second
                }
            }
        }

        test("who waited for an answer that turns out to be another's variant gets its own, and shares that") {
            val gate = CountDownLatch(1)
            withRawOrigin({
                gate.await(30, TimeUnit.SECONDS)
                response("in ${it.header("Accept-Language")}", "Vary: Accept-Language")
            }) {
                coroutineScope {
                    val languages = List(12) { listOf("de", "en", "fr")[it % 3] }
                    val clients = languages.map { async { get("/page", "Accept-Language: $it").body } }
                    until { server.counts.joined == 11L }
                    gate.countDown()
                    clients.awaitAll() shouldContainExactly languages.map { "in $it" }
                }
                origin.requests.size shouldBe 3
            }
        }

        test("an encoded answer is for those who can decode it, whether or not its origin says so") {
            withRawOrigin({
                if (it.header("Accept-Encoding") ==
                    "gzip"
                ) {
                    response("zipped", "Content-Encoding: gzip")
                } else {
                    response("plain")
                }
            }) {
                repeat(2) { get("/page", "Accept-Encoding: gzip").body shouldBe "zipped" }
                origin.requests.size shouldBe 1
                get("/page").body shouldBe "plain"
            }
        }

        test("an answer that is nobody else's costs one origin request per client, the first one too") {
            listOf(
                "Cache-Control: no-store",
                "Cache-Control: private",
                "Set-Cookie: a=b",
                "Vary: *",
                "Expires: 0",
            ).forAll {
                withRawOrigin({ request -> response("for ${request.header("Referer")}", it) }) {
                    for (who in 1..5) {
                        val answer = get("/page", "Referer: $who")
                        answer.body shouldBe "for $who"
                        answer.outcome shouldBe "MISS"
                    }
                    origin.requests.size shouldBe 5
                    // When that is no longer remembered, the one who tries gets what he has tried for.
                    time += 120.seconds
                    get("/page", "Referer: 6").body shouldBe "for 6"
                    origin.requests.size shouldBe 6
                }
            }
        }

        test("an origin that says it is not well does not keep its next answer from being shared") {
            val number = AtomicInteger()
            withRawOrigin({
                if (number.incrementAndGet() == 1) {
                    response("sorry", "Cache-Control: no-store", status = "503 Not Well")
                } else {
                    response("page")
                }
            }) {
                get("/page").status shouldBe 503
                get("/page").outcome shouldBe "MISS"
                get("/page").outcome shouldBe "HIT"
            }
        }

        test("a header that the user declares shareable does not keep a request from the store") {
            val settings = GatewaySettings(ttl = 10.seconds, shareableHeaders = setOf("X-Request-Id"))
            withRawOrigin({ response("page") }, settings) {
                repeat(3) { get("/page", "X-Request-Id: $it").body shouldBe "page" }
                origin.requests.single() shouldContain "X-Request-Id: 0"
            }
        }
    })
