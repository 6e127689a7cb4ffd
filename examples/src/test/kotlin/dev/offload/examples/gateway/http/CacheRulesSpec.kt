package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.shouldBe
import io.ktor.http.Headers
import io.ktor.http.HttpMethod
import io.ktor.http.headers
import kotlin.time.Duration
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
                "Vary: Accept-Encoding, Cookie",
            ).forAll { line ->
                listOf(200, 404, 500).forAll { rules.useOf(it, headersOf(line)) shouldBe Use.None }
            }
        }

        test("an answer that varies with the encoding alone is for everyone, since loads ask for none") {
            stored("Vary: accept-encoding")?.fresh shouldBe 5.seconds
        }

        test("an error is shared and not stored, other answers than 200 are neither") {
            listOf(400, 404, 500, 503).forAll { rules.useOf(it, Headers.Empty) shouldBe Use.Share }
            listOf(201, 204, 206, 301, 302, 304).forAll { rules.useOf(it, Headers.Empty) shouldBe Use.None }
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
                "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT",
                "Cache-Control: no-store",
                "Cache-Control: max-age=0",
                "Pragma: no-cache",
                "Content-Length: 1",
            ).forAll { rules.isForEveryone(HttpMethod.Get, headersOf(it)) shouldBe false }
        }
    })
