package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith

private const val OK = "HTTP/1.1 200 OK\r\n"

private fun oldRequest(vararg headers: String): String =
    "GET /page HTTP/1.0\r\n" + headers.joinToString("") { "$it\r\n" } + "\r\n"

/** What clients of HTTP 1.0 get, which knows no chunks, seen over raw sockets. */
class OldClientSpec :
    FunSpec({
        val unmeasured =
            mapOf(
                "in chunks" to OK + "Transfer-Encoding: chunked\r\n\r\n2\r\npa\r\n2\r\nge\r\n0\r\n\r\n",
                "up to the close" to "$OK\r\npage",
            )
        for ((how, answer) in unmeasured) {
            test("a body that comes $how is passed on as it is, and ends with the connection") {
                withRawOrigin({ answer }) {
                    for (connection in listOf(arrayOf(), arrayOf("Connection: close"))) {
                        val passed = RawAnswer(send(oldRequest("Authorization: me", *connection)))
                        passed.status shouldBe 200
                        passed.body shouldBe "page"
                        passed["Transfer-Encoding"] shouldBe null
                        passed["Content-Length"] shouldBe null
                    }
                }
            }

            test("a body that comes $how gets a length if the connection is to stay open") {
                withRawOrigin({ answer }) {
                    val open = oldRequest("Authorization: me", "Connection: keep-alive")
                    val (first, second) = send(open + oldRequest("Authorization: me")).split("page")
                    first shouldStartWith "HTTP/1.1 200 "
                    val passed = RawAnswer(first)
                    passed["Content-Length"] shouldBe "4"
                    passed["Connection"] shouldBe "keep-alive"
                    passed["Transfer-Encoding"] shouldBe null
                    second shouldStartWith "HTTP/1.1 200 "
                }
            }
        }

        test("a body that is too large to be held is refused if the connection is to stay open, and else passed on") {
            val settings = GatewaySettings(maxBody = 3)
            withRawOrigin({ unmeasured.getValue("in chunks") }, settings) {
                val open = oldRequest("Authorization: me", "Connection: keep-alive")
                send(open + oldRequest()) shouldStartWith "HTTP/1.1 502 "
                send(oldRequest()) shouldEndWith "\r\n\r\npage"
            }
        }

        test("a body that breaks off is not held to be whole where a length would be told") {
            withRawOrigin({ OK + "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n" }) {
                val open = oldRequest("Authorization: me", "Connection: keep-alive")
                RawAnswer(send(open + oldRequest())).status shouldBe 502
            }
        }

        test("no host is needed, and what is stored has a length") {
            withRawOrigin({ "$OK\r\npage" }) {
                for (outcome in listOf("MISS", "HIT")) {
                    val stored = RawAnswer(send(oldRequest()))
                    stored.outcome shouldBe outcome
                    stored["Content-Length"] shouldBe "4"
                    stored.body shouldBe "page"
                    stored["Connection"] shouldNotBe "keep-alive"
                }
            }
        }
    })
