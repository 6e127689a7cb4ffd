package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain

private const val OK = "HTTP/1.1 200 OK\r\n"

/** How an answer of the origin ends, seen over raw sockets on both sides. */
class OriginFramingSpec :
    FunSpec({
        listOf(
            "between two chunks" to "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "within a chunk" to "Transfer-Encoding: chunked\r\n\r\n8\r\nhalf",
            "before its length" to "Content-Length: 8\r\n\r\nhalf",
            "within its head" to "Cache-Control: max-age=60\r\nContent-Le",
            "before the end of its head" to "Cache-Control: max-age=60\r\n",
        ).forEach { (where, rest) ->
            test("an answer cut $where is neither stored nor passed on as a whole one") {
                withRawOrigin({ OK + rest }) {
                    repeat(2) {
                        val loaded = get("/page")
                        loaded.status shouldBe 502
                        loaded.text shouldNotContain "half"
                    }
                    val passed = get("/page", "Authorization: me")
                    if (passed.text.isNotEmpty()) { // nothing, if it is broken off before its head was sent
                        passed.status shouldBeIn listOf(200, 502)
                        if (passed.status == 200) passed.isWhole shouldBe false
                    }
                    origin.requests.size shouldBe 3
                }
            }
        }

        test("an answer that its origin ends by closing is whole, loaded or passed on") {
            withRawOrigin({ "$OK\r\nthe whole page" }) {
                get("/page").body shouldBe "the whole page"
                get("/page").outcome shouldBe "HIT"
                val passed = get("/page", "Authorization: me")
                passed.body shouldContain "the whole page"
                passed.isWhole shouldBe true
            }
        }

        test("an interim answer is not the final one") {
            withRawOrigin({
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Go\r\n\r\n" + response("page")
            }) {
                listOf(get("/page"), get("/page", "Authorization: me")).forAll {
                    it.status shouldBe 200
                    it.body shouldBe "page"
                }
            }
        }

        test("lengths that differ are no answer") {
            listOf("Content-Length: 4\r\nContent-Length: 5", "Content-Length: 4, 5", "Content-Length: -4").forAll {
                withRawOrigin({ _ -> "$OK$it\r\n\r\npages" }) {
                    get("/page").status shouldBe 502
                    get("/page", "Authorization: me").status shouldBe 502
                }
            }
        }

        test("a length beside chunks is not believed, and not passed on") {
            val both = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n8\r\npagepage\r\n0\r\n\r\n"
            withRawOrigin({ OK + both }) {
                get("/page").body shouldBe "pagepage"
                val passed = get("/page", "Authorization: me")
                passed["Content-Length"] shouldNotBe "4"
                passed.body shouldContain "pagepage"
                passed.isWhole shouldBe true
            }
        }

        test("chunks in an answer of HTTP 1.0 are not to be trusted") {
            withRawOrigin({ "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n" }) {
                get("/page").status shouldBe 502
                get("/page", "Authorization: me").status shouldBe 502
            }
        }

        test("an answer without a body tells no length that its origin has not told") {
            for (answer in listOf(
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n",
            )) {
                withRawOrigin({ answer }) {
                    val request = request("HEAD", "/page", "Authorization: me", "Connection: close")
                    val passed = RawAnswer(send(request))
                    passed.status shouldBe answer.drop("HTTP/1.1 ".length).take(3).toInt()
                    passed["Content-Length"] shouldBe null
                    passed["Transfer-Encoding"] shouldBe null
                    passed.body shouldBe ""
                }
            }
            withRawOrigin({ response("", "X-A: b") }) {
                val request = request("HEAD", "/page", "Authorization: me", "Connection: close")
                RawAnswer(send(request))["Content-Length"] shouldBe "0"
            }
        }

        test("a control character in a header of an answer reaches nobody") {
            withRawOrigin({ response("page", "X-A: a\u0000b") }) {
                get("/page").text shouldNotContain "\u0000"
                get("/page", "Authorization: me").text shouldNotContain "\u0000"
            }
        }

        test("what one client's answer sets is not sent with another's request") {
            withRawOrigin({ response("page", "Set-Cookie: id=mine; Path=/") }) {
                repeat(2) { get("/page", "Authorization: me").body shouldBe "page" }
                origin.requests.forAll { it.lowercase() shouldNotContain "cookie" }
            }
        }
    })
