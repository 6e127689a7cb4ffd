package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldNotContain
import io.kotest.matchers.string.shouldNotEndWith
import io.kotest.matchers.string.shouldStartWith

private fun post(vararg headers: String, body: String): String = request("POST", "/page", *headers) + body

/** What the gateway makes of requests that no library would send, seen over raw sockets on both sides. */
class RequestCheckSpec :
    FunSpec({
        val chunks = "4\r\npage\r\n0\r\n\r\n"
        val smuggled = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"
        val refused =
            mapOf(
                "a length beside chunks" to
                    post("Content-Length: 4", "Transfer-Encoding: chunked", body = chunks + smuggled),
                "chunks beside a length" to
                    post("Transfer-Encoding: chunked", "Content-Length: 4", body = chunks + smuggled),
                "two lengths" to post("Content-Length: 4", "Content-Length: 5", body = "pages"),
                "a list of lengths" to post("Content-Length: 4, 5", body = "pages"),
                "a signed length" to post("Content-Length: +4", body = "page"),
                "an unknown encoding" to post("Transfer-Encoding: xchunked", body = chunks),
                "an encoding that is not the last" to
                    post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body = chunks),
                "chunks in HTTP 1.0" to "POST /page HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n$chunks",
                "a folded header" to request("GET", "/page", "X-A: b\r\n c"),
                "a name with a blank" to request("GET", "/page", "X-A : b"),
                "a header with NUL" to request("GET", "/page", "X-A: a\u0000b"),
                "a path with NUL" to request("GET", "/a\u0000b"),
                "a path with DEL" to request("GET", "/a\u007fb"),
                "a bad escape" to request("GET", "/a%zz"),
                "half an escape" to request("GET", "/a%2"),
                "a fragment" to request("GET", "/a#b"),
                "no host" to "GET /page HTTP/1.1\r\n\r\n",
                "two hosts" to request("GET", "/page", "Host: other", "Connection: close"),
                "a host that is none" to "GET /page HTTP/1.1\r\nHost: a, b\r\n\r\n",
                "the URL of another server" to request("GET", "http://elsewhere.example/page"),
                "the URL of another protocol" to request("GET", "https://test/page"),
                "no path" to request("OPTIONS", "*"),
            )
        for ((what, text) in refused) {
            test("a request with $what is refused, and its connection closed") {
                withRawOrigin({ response("page") }) {
                    val answer = send(text)
                    answer.drop("HTTP/1.x".length) shouldStartWith " 400 "
                    answer shouldNotContain "an error of the gateway"
                    answer shouldNotContain " 200 "
                    origin.requests.size shouldBe 0
                }
            }
        }

        test("a request that comes in chunks is refused for want of a length, and its connection closed") {
            withRawOrigin({ response("page") }) {
                for (method in listOf("POST", "GET", "DELETE")) {
                    val answer = send(request(method, "/page", "Transfer-Encoding: chunked") + chunks + smuggled)
                    answer shouldStartWith "HTTP/1.1 411 "
                    answer shouldContain "Connection: close"
                    answer shouldNotContain " 200 "
                }
                origin.requests.size shouldBe 0
            }
        }

        for ((what, text) in mapOf(
            "without a body" to request("DELETE", "/page", "X-Dry-Run: yes"),
            "with a length" to post("Content-Length: 8", body = "pagepage"),
            "in chunks" to post("Transfer-Encoding: chunked", body = "4\r\npage\r\n4\r\npage\r\n0\r\n\r\n"),
        )) {
            test("a request $what reaches the origin whole, if at all, wherever it is cut") {
                withRawOrigin({ response("done") }) {
                    for (cut in text.indices) sendAndEnd(text.take(cut)) shouldNotContain " 200 "
                    for (cut in text.indices) sendAndHangUp(text.take(cut))
                    send(request("GET", "/last", "Connection: close")) shouldEndWith "done"
                    until { server.openRequests == 0 }
                    // A body that breaks off may have begun to be passed on, but is no whole one.
                    origin.requests.filter { !it.startsWith("GET") }.forAll {
                        it shouldContain "Content-Length: 8\r\n"
                        it shouldNotEndWith "pagepage"
                    }
                }
            }
        }

        test("requests that are sent ahead are answered one after another") {
            withRawOrigin({ response(it.lines().first().split(' ')[1]) }) {
                val ahead = List(4) { request("GET", "/$it", "Authorization: me") }.joinToString("")
                val answers = send(ahead + request("GET", "/last", "Connection: close"))
                Regex("\r\n\r\n(/\\d|/last)").findAll(answers).map { it.groupValues[1] }.toList() shouldBe
                    listOf("/0", "/1", "/2", "/3", "/last")
                origin.requests.map { it.lines().first().split(' ')[1] } shouldBe
                    listOf("/0", "/1", "/2", "/3", "/last")
            }
        }

        test("a body is passed on with its length, whole") {
            withRawOrigin({ response("done") }) {
                send(post("Content-Length: 4", "Connection: close", body = "page")) shouldEndWith "done"
                origin.requests.single() shouldEndWith "\r\n\r\npage"
            }
        }

        test("a URL of this server is its path") {
            withRawOrigin({ response(it.lines().first()) }) {
                get("http://TEST/page?x").body shouldBe "GET /page?x HTTP/1.1"
                get("http://test?x").body shouldBe "GET /?x HTTP/1.1"
                get("/page?x").outcome shouldBe "HIT"
            }
        }

        test("characters that no URL may have reach the origin as escapes") {
            withRawOrigin({ response(it.lines().first()) }) {
                get("/a|b[?{\"}[|").body shouldBe "GET /a%7Cb%5B?%7B%22%7D[%7C HTTP/1.1"
                get("/a%ff%00%7e").body shouldBe "GET /a%ff%00%7e HTTP/1.1"
                get("/\u00c3\u00a9").body shouldBe "GET /%C3%A9 HTTP/1.1"
            }
        }

        test("what concerns one connection is not passed on, in either direction") {
            val hops =
                arrayOf(
                    "Connection: keep-alive, X-Named",
                    "X-Named: x",
                    "Keep-Alive: timeout=5",
                    "Proxy-Connection: x",
                    "Proxy-Authorization: x",
                    "Proxy-Authenticate: x",
                    "TE: trailers",
                    "Trailer: X-A",
                    "X-Cache: x",
                )
            withRawOrigin({ response("page", *hops, "X-Kept: x") }) {
                val last = request("GET", "/last", "Connection: close")
                for (mine in listOf(arrayOf(), arrayOf("Authorization: me"))) {
                    val answer = Head(send(request("GET", "/page", *hops, *mine) + last))
                    val sent = Head(origin.requests.first { it.startsWith("GET /page") })
                    for (head in listOf(answer, sent)) {
                        head["Connection"] shouldNotBe "keep-alive, X-Named"
                        hops.drop(1).filter {
                            it != "X-Cache: x"
                        }.forAll { head[it.substringBefore(':')] shouldBe null }
                        head["X-Cache"] shouldNotBe "x"
                    }
                    answer["X-Kept"] shouldBe "x"
                    origin.requests.clear()
                }
            }
        }

        test("what a client expects of the gateway is not passed on") {
            withRawOrigin({ response("done") }) {
                val answer = send(post("Content-Length: 4", "Expect: 100-continue", "Connection: close", body = "page"))
                answer shouldEndWith "done"
                Head(origin.requests.single())["Expect"] shouldBe null
            }
        }

        test("both sides are told by Via that the gateway is between them") {
            withRawOrigin({ response("page", "Via: 1.0 first") }) {
                get("/page", "Via: 1.1 before")["Via"] shouldBe "1.0 first, 1.1 offload-gateway"
                get("/page", "Authorization: me", "Via: 1.1 before")["Via"] shouldBe "1.0 first, 1.1 offload-gateway"
                origin.requests.last() shouldContain "Via: 1.1 before, 1.1 offload-gateway"
            }
        }
    })
