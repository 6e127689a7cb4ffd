package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.shouldBe
import io.ktor.http.Headers
import io.ktor.http.HttpMethod
import io.ktor.http.headers
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.seconds

private val rules = CacheRules(GatewaySettings(ttl = 5.seconds, stale = 7.seconds, staleIfError = 9.seconds))

private fun headersOf(vararg lines: String): Headers = headers {
    lines.forEach { append(it.substringBefore(": "), it.substringAfter(": ")) }
}

private fun stored(vararg lines: String): Freshness? = (rules.useOf(200, headersOf(*lines)) as? Use.Store)?.freshness

class CacheRulesSpec :
    FunSpec({
        test("where the origin says nothing, the settings say how long an answer may be used") {
            stored() shouldBe Freshness(5.seconds, 7.seconds, 9.seconds)
        }

        test("the origin's own times come first, those for shared caches before all") {
            stored("Cache-Control: max-age=60")?.fresh shouldBe 60.seconds
            stored("Cache-Control: max-age=60, s-maxage=30")?.fresh shouldBe 30.seconds
            stored("Cache-Control: max-age=60", "Expires: 0")?.fresh shouldBe 60.seconds
            val until = "Expires: Thu, 01 Jan 2026 00:01:00 GMT"
            stored("Date: Thu, 01 Jan 2026 00:00:00 GMT", until)?.fresh shouldBe 60.seconds
            stored("Cache-Control: stale-while-revalidate=1, stale-if-error=2") shouldBe
                Freshness(5.seconds, 1.seconds, 2.seconds)
        }

        test("an answer whose time the origin has set is served stale only as the origin says") {
            listOf("max-age=5", "max-age=99999999999999999999, max-age=5").forAll {
                stored("Cache-Control: $it") shouldBe Freshness(5.seconds, Duration.ZERO, Duration.ZERO)
            }
            stored("Cache-Control: max-age=5, stale-while-revalidate=3") shouldBe
                Freshness(5.seconds, 3.seconds, Duration.ZERO)
            stored("Cache-Control: max-age=5, stale-if-error=3") shouldBe
                Freshness(5.seconds, Duration.ZERO, 3.seconds)
        }

        test("dates in all three forms count, and nothing that is no date") {
            listOf(
                "Thu, 01 Jan 2026 00:01:00 GMT",
                "Thursday, 01-Jan-26 00:01:00 GMT",
                "Thu Jan  1 00:01:00 2026",
            ).forAll {
                stored("Date: Thu, 01 Jan 2026 00:00:00 GMT", "Expires: $it")?.fresh shouldBe 60.seconds
            }
            val nextYear = stored("Date: Thursday, 01-Jan-26 00:00:00 GMT", "Expires: Friday, 01-Jan-27 00:00:00 GMT")
            nextYear?.fresh shouldBe 365.days
            listOf("Thu, 01 Jan 2099 00:01:00 CET", "2099-01-01", "Thu, 1 Jan 2099 00:01:00 GMT", "0", "").forAll {
                stored("Expires: $it") shouldBe null
            }
            stored("Expires: Thu, 01 Jan 2099 00:00:00 GMT", "Expires: Thu, 01 Jan 2099 00:00:00 GMT") shouldBe null
        }

        test("an origin that forbids stale answers is obeyed") {
            listOf("must-revalidate", "proxy-revalidate", "s-maxage=5").forAll {
                stored("Cache-Control: $it") shouldBe Freshness(5.seconds, Duration.ZERO, Duration.ZERO)
            }
        }

        test("what is not for everyone, or has no time to live, is of no use to others, whatever its status") {
            listOf(
                "Cache-Control: no-store",
                "Cache-Control: public, PRIVATE",
                "Cache-Control: private=\"x-a, x-b\"",
                "Cache-Control: no-cache",
                "Cache-Control: max-age=0",
                "Cache-Control: max-age=soon",
                "Expires: 0",
                "Expires: Thu, 01 Jan 1970 00:00:00 GMT",
                "Set-Cookie: a=b",
                "Vary: *",
                "Vary: Accept-Encoding, *",
            ).forAll { line ->
                listOf(200, 404, 500).forAll { rules.useOf(it, headersOf(line)) shouldBe Use.None }
            }
        }

        test("an error is shared and not stored, other answers than 200 are neither, if the origin sets no time") {
            listOf(400, 404, 500, 503).forAll { rules.useOf(it, Headers.Empty) shouldBe Use.Share }
            listOf(201, 204, 206, 301, 302, 304).forAll { rules.useOf(it, Headers.Empty) shouldBe Use.None }
            val timed = headersOf("Cache-Control: max-age=5")
            listOf(204, 301, 302, 404, 410).forAll {
                rules.useOf(it, timed) shouldBe Use.Store(Freshness(5.seconds, Duration.ZERO, Duration.ZERO))
            }
            listOf(201, 206, 304).forAll { rules.useOf(it, timed) shouldBe Use.None }
            listOf(403, 500, 503).forAll { rules.useOf(it, timed) shouldBe Use.Share }
        }

        test("only a plain GET or HEAD is answered from the store") {
            rules.isForEveryone(HttpMethod.Get, headersOf("Accept: */*", "Content-Length: 0")) shouldBe true
            rules.isForEveryone(HttpMethod.Head, Headers.Empty) shouldBe true
            listOf(HttpMethod.Post, HttpMethod.Put, HttpMethod.Options, HttpMethod("PURGE")).forAll {
                rules.isForEveryone(it, Headers.Empty) shouldBe false
            }
            listOf(
                "authorization: Basic x",
                "Cookie: a=b",
                "Range: bytes=0-1",
                "If-Match: \"x\"",
                "Cache-Control: no-store",
                "Content-Length: 1",
                "X-Api-Key: mine",
                "X-Tenant: us",
                "Sec-Token: mine",
                "Origin: http://a.example",
                "X-Forwarded-For: 192.0.2.1",
            ).forAll { rules.isForEveryone(HttpMethod.Get, headersOf(it)) shouldBe false }
            listOf(
                "Accept-Language: de",
                "User-Agent: me",
                "Sec-Fetch-Mode: cors",
                "If-None-Match: \"x\"",
                "Cache-Control: no-cache",
                "Connection: keep-alive",
            ).forAll { rules.isForEveryone(HttpMethod.Get, headersOf(it)) shouldBe true }
            val more = CacheRules(GatewaySettings(shareableHeaders = setOf("x-request-ID")))
            more.isForEveryone(HttpMethod.Get, headersOf("X-Request-Id: 1")) shouldBe true
        }
    })
