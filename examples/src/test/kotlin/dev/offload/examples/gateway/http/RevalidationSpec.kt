package dev.offload.examples.gateway.http

import dev.offload.coroutines.joinAll
import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

private const val NOT_MODIFIED = "HTTP/1.1 304 Not Modified\r\n"

/** An origin that counts its answers, and answers each with its number. */
private fun numbered(vararg headers: String): (String) -> String {
    val number = AtomicInteger()
    return { response("page ${number.incrementAndGet()}", *headers) }
}

/** How answers grow old and are renewed (RFC 9111), seen over raw sockets. */
class RevalidationSpec :
    FunSpec({
        test("an answer whose time the origin has set is not served after that, also if the origin fails") {
            val number = AtomicInteger()
            withRawOrigin({
                if (number.incrementAndGet() == 1) {
                    response("page", "Cache-Control: max-age=5")
                } else {
                    response("sorry", status = "503 Service Unavailable")
                }
            }) {
                get("/page").body shouldBe "page"
                time += 4.seconds
                get("/page").outcome shouldBe "HIT"
                time += 2.seconds
                get("/page").status shouldBe 503
            }
        }

        test("what is stale is validated, and a 304 makes it fresh with new headers") {
            for (validator in listOf(
                "ETag: \"one\"" to "If-None-Match: \"one\"",
                "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT" to "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT",
            )) {
                withRawOrigin({
                    if ("\r\nIf-" in it) {
                        NOT_MODIFIED +
                            "Cache-Control: max-age=7\r\nX-New: yes\r\nContent-Length: 99\r\nContent-Type: of/none\r\n\r\n"
                    } else {
                        response(
                            "page",
                            validator.first,
                            "Cache-Control: max-age=5",
                            "Content-Type: text/plain",
                            "X-Old: yes",
                            "X-New: no",
                        )
                    }
                }) {
                    get("/page")["X-New"] shouldBe "no"
                    time += 6.seconds
                    val validated = get("/page")
                    validated.status shouldBe 200
                    validated.body shouldBe "page"
                    validated.outcome shouldBe "MISS"
                    validated["X-New"] shouldBe "yes"
                    validated["X-Old"] shouldBe "yes"
                    validated["Content-Type"] shouldBe "text/plain"
                    origin.requests.last() shouldContain validator.second
                    time += 6.seconds
                    get("/page").outcome shouldBe "HIT"
                    origin.requests.size shouldBe 2
                }
            }
        }

        test("a client that has the answer already is told so, from the store") {
            withRawOrigin({
                response(
                    "page",
                    "ETag: W/\"one\"",
                    "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT",
                    "Cache-Control: max-age=9",
                )
            }) {
                get("/page")
                listOf(
                    "If-None-Match: \"other\", \"one\"",
                    "If-None-Match: *",
                    "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT",
                    "If-Modified-Since: Thu, 01 Jan 2026 00:00:01 GMT",
                ).forAll {
                    val answer = get("/page", it)
                    answer.status shouldBe 304
                    answer.body shouldBe ""
                    answer["ETag"] shouldBe "W/\"one\""
                    answer.outcome shouldBe "HIT"
                }
                get(
                    "/page",
                    "If-None-Match: \"other\"",
                    "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT",
                ).status shouldBe
                    200
                get("/page", "If-Modified-Since: Wed, 31 Dec 2025 23:59:59 GMT").body shouldBe "page"
                origin.requests.size shouldBe 1
            }
        }

        test("an error is told to a client whatever it has already") {
            val gone = arrayOf("ETag: \"one\"", "Cache-Control: max-age=9")
            withRawOrigin({ response("gone", *gone, status = "404 Not Found") }) {
                get("/page").status shouldBe 404
                val again = get("/page", "If-None-Match: \"one\"")
                again.status shouldBe 404
                again.outcome shouldBe "HIT"
            }
        }

        test(
            "how long an answer is served while it is renewed is one thing, and how long if the origin fails another",
        ) {
            for ((age, isWell, got) in listOf(
                Triple(12, true, "STALE page 1"),
                Triple(12, false, "STALE page 1"),
                Triple(16, true, "MISS page 2"),
                Triple(16, false, "STALE page 1"),
                Triple(29, false, "STALE page 1"),
                Triple(31, false, "MISS sorry"),
            )) {
                val number = AtomicInteger()
                val settings = GatewaySettings(ttl = 10.seconds, stale = 5.seconds, staleIfError = 20.seconds)
                withRawOrigin({
                    val own = number.incrementAndGet()
                    if (own == 1 || isWell) response("page $own") else response("sorry", status = "503 Not Well")
                }, settings) {
                    get("/page").body shouldBe "page 1"
                    time += age.seconds
                    get("/page").run { "$outcome $body" } shouldBe got
                }
            }
        }

        test("a client that wants a new answer gets one, and so do those who come after it") {
            listOf("Cache-Control: no-cache", "Cache-Control: max-age=0", "Pragma: no-cache").forAll {
                withRawOrigin(numbered("Cache-Control: max-age=60")) {
                    get("/page").body shouldBe "page 1"
                    get("/page", it).body shouldBe "page 2"
                    get("/page").body shouldBe "page 2"
                    origin.requests.last() shouldContain "Cache-Control: no-cache"
                }
            }
        }

        test("who wants a new answer gets none from the store, also if the origin fails") {
            val number = AtomicInteger()
            withRawOrigin({
                if (number.incrementAndGet() == 1) response("page") else response("sorry", status = "503 Not Well")
            }) {
                get("/page").body shouldBe "page"
                get("/page", "Cache-Control: no-cache").body shouldBe "sorry"
                get("/page").body shouldBe "page"
            }
        }

        test("Pragma counts only where nothing else is said") {
            withRawOrigin({ response("page") }) {
                get("/page").outcome shouldBe "MISS"
                get("/page", "Pragma: no-cache", "Cache-Control: max-age=60").outcome shouldBe "HIT"
                get("/page", "Pragma: no-cache").outcome shouldBe "MISS"
            }
        }

        test("who wants a new answer does not share a load that began before, but the next one") {
            val gate = CountDownLatch(1)
            val number = AtomicInteger()
            withRawOrigin({
                val own = number.incrementAndGet()
                gate.await(30, TimeUnit.SECONDS)
                response("page $own")
            }) {
                coroutineScope {
                    val first = async { get("/page").body }
                    until { server.counts.started == 1L }
                    val second = async { get("/page", "Cache-Control: no-cache").body }
                    until { server.counts.started == 2L }
                    val third = async { get("/page", "Cache-Control: no-cache").body }
                    until { server.counts.joined == 1L }
                    gate.countDown()
                    first.await() shouldBe "page 1"
                    second.await() shouldBe "page 2"
                    third.await() shouldBe "page 2"
                }
            }
        }

        test("a client may want what is younger, or stays fresh for longer, or is there already") {
            withRawOrigin(numbered("Cache-Control: max-age=60")) {
                get("/page", "Cache-Control: only-if-cached").status shouldBe 504
                get("/page").body shouldBe "page 1"
                time += 10.seconds
                get("/page", "Cache-Control: max-age=10, min-fresh=50").body shouldBe "page 1"
                get("/page", "Cache-Control: only-if-cached").body shouldBe "page 1"
                get("/page", "Cache-Control: max-age=9").body shouldBe "page 2"
                get("/page", "Cache-Control: min-fresh=61").body shouldBe "page 3"
            }
        }

        test("a request that changes something makes the store forget it, and what it names") {
            for (method in listOf("POST", "PUT", "DELETE", "PATCH", "UNHEARD-OF")) {
                withRawOrigin(
                    numbered("Cache-Control: max-age=60", "Location: /other", "Content-Location: //else/third"),
                ) {
                    listOf("/page", "/other", "/third").forEach { get(it).status shouldBe 200 }
                    RawAnswer(send(request(method, "/page", "Content-Length: 0", "Connection: close"))).status shouldBe
                        200
                    get("/page").outcome shouldBe "MISS"
                    get("/other").outcome shouldBe "MISS"
                    get("/third").outcome shouldBe "HIT"
                }
            }
        }

        test("a request that changes something and leads elsewhere makes the store forget, too") {
            withRawOrigin({
                response("page", status = if (it.startsWith("POST")) "303 See Other" else "200 OK")
            }) {
                get("/page")
                send(request("POST", "/page", "Content-Length: 0", "Connection: close")) shouldContain " 303 "
                get("/page").outcome shouldBe "MISS"
            }
        }

        test("a request that changes nothing, or fails, forgets nothing") {
            withRawOrigin({
                response("page", status = if (it.startsWith("POST")) "403 Forbidden" else "200 OK")
            }) {
                get("/page")
                for (method in listOf(
                    "POST",
                    "OPTIONS",
                    "TRACE",
                )) {
                    send(request(method, "/page", "Content-Length: 0", "Connection: close"))
                }
                get("/page").outcome shouldBe "HIT"
            }
        }

        test("a load from before a change is neither stored nor shared after it") {
            val gate = CountDownLatch(1)
            val number = AtomicInteger()
            withRawOrigin({
                val own = number.incrementAndGet()
                if (own == 1) gate.await(30, TimeUnit.SECONDS)
                response("page $own")
            }) {
                coroutineScope {
                    val before = async { get("/page").body }
                    until { origin.requests.size == 1 }
                    send(request("POST", "/page", "Content-Length: 0", "Connection: close")) shouldContain "page 2"
                    get("/page").body shouldBe "page 3"
                    gate.countDown()
                    before.await() shouldBe "page 1"
                }
                server.manager!!.joinAll()
                get("/page").body shouldBe "page 3"
            }
        }

        test("an age that is no number does not count, and of several the first does") {
            for ((told, outcome) in listOf(
                "Age: 4" to "MISS",
                "Age: -4" to "HIT",
                "Age: +4" to "HIT",
                "Age: 4.5" to "HIT",
                "Age: soon" to "HIT",
                "Age: 0, 4" to "HIT",
                "Age: 0\r\nAge: 4" to "HIT",
                "Age: 99999999999999999999" to "MISS",
            )) {
                withRawOrigin({ response("page", "Cache-Control: max-age=5", told) }) {
                    get("/page")
                    time += 2.seconds
                    get("/page").outcome shouldBe outcome
                }
            }
        }

        test("the age of an answer is told, also to the first who gets it") {
            withRawOrigin({ response("page", "Cache-Control: max-age=60", "Age: 7") }) {
                get("/page")["Age"] shouldBe "7"
                time += 5.seconds
                get("/page")["Age"] shouldBe "12"
            }
            withRawOrigin({ response("page") }) { get("/page")["Age"] shouldBe null }
        }

        test("an old date is an age, and an Expires that is no date is over") {
            withRawOrigin({ response("page", "Cache-Control: max-age=5", "Date: Thu, 01 Jan 2015 00:00:00 GMT") }) {
                repeat(2) { get("/page").outcome shouldBe "MISS" }
            }
            withRawOrigin({ response("page", "Expires: in a year") }) {
                repeat(2) { get("/page").outcome shouldBe "MISS" }
            }
        }

        test("a 304 tells a client no other length than that of the answer it has") {
            withRawOrigin({ response("page", "ETag: \"x\"", "Content-Type: text/plain") }) {
                get("/page")
                val known = get("/page", "If-None-Match: \"x\"")
                known["Content-Length"] shouldBe "4"
                known.text.lowercase() shouldNotContain "content-type"
            }
        }
    })
