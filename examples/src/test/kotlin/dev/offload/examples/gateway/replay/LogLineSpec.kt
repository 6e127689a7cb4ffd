package dev.offload.examples.gateway.replay

import dev.offload.examples.gateway.replay.LogLine.Load
import dev.offload.examples.gateway.replay.LogLine.Malformed
import dev.offload.examples.gateway.replay.LogLine.NoLoad
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.shouldBe
import io.kotest.property.Arb
import io.kotest.property.arbitrary.Codepoint
import io.kotest.property.arbitrary.ascii
import io.kotest.property.arbitrary.int
import io.kotest.property.arbitrary.string
import io.kotest.property.checkAll
import java.net.URI

private const val TIME = "[10/Oct/2000:13:55:36 -0700]"
private const val COMMON = """127.0.0.1 - frank $TIME "GET /apache_pb.gif HTTP/1.0" 200 2326"""

private fun withRequest(request: String) = LogLine.parse("""192.0.2.1 - - $TIME "$request" 200 5""")

class LogLineSpec :
    StringSpec({
        "a line in Common Log Format is read" {
            LogLine.parse(COMMON) shouldBe Load("/apache_pb.gif")
        }

        "a line in Combined Log Format is read" {
            LogLine.parse("""$COMMON "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I)"""") shouldBe
                Load("/apache_pb.gif")
        }

        "fields behind those of the Combined Log Format are passed over" {
            LogLine.parse("""$COMMON "-" "curl/8" "192.0.2.7" 0.003""") shouldBe Load("/apache_pb.gif")
        }

        "the time is in one of the forms that servers write" {
            listOf(
                "10/Oct/2000:13:55:36 -0700",
                "10/Oct/2000:13:55:36.123 +0200",
                "10/Oct/2000:13:55:36,123456",
                "2000-10-10T13:55:36-07:00",
                "2000-10-10T13:55:36.123Z",
                "2000-10-10 13:55:36 +0200",
                "2000-10-10 13:55:36",
                "971211336",
                "971211336.250",
            ).forAll { LogLine.parse(COMMON.replace(TIME, "[$it]")) shouldBe Load("/apache_pb.gif") }
            listOf("", "now", "10/Oct/2000", "2000-10-10", "13:55:36", "10/Oct/2000:13:55:36 -07", "1 2").forAll {
                LogLine.parse(COMMON.replace(TIME, "[$it]")) shouldBe Malformed
            }
        }

        "a path that is longer than servers take is told apart" {
            withRequest("GET /${"x".repeat(LogLine.LONGEST_PATH - 1)} HTTP/1.1") shouldBe
                Load("/" + "x".repeat(LogLine.LONGEST_PATH - 1))
            withRequest("GET /${"x".repeat(LogLine.LONGEST_PATH)} HTTP/1.1") shouldBe LogLine.TooLong
        }

        "quotes, backslashes and brackets may stand in quoted fields" {
            LogLine.parse("""$COMMON "-" "an \"agent\" [x] \\"""") shouldBe Load("/apache_pb.gif")
            withRequest("""GET /say\"hello\" HTTP/1.1""") shouldBe Load("/say%22hello%22")
        }

        "a host may be an IPv6 address or a name" {
            listOf("2001:db8::1", "::1", "crawler.example.org").forAll { host ->
                LogLine.parse("""$host - - $TIME "GET / HTTP/1.1" 200 -""") shouldBe Load("/")
            }
        }

        "a user may have spaces in the name" {
            LogLine.parse("""192.0.2.1 - Jane Doe $TIME "GET / HTTP/1.1" 200 5""") shouldBe Load("/")
        }

        "white space at the end is no part of the line" {
            LogLine.parse("$COMMON \t\r") shouldBe Load("/apache_pb.gif")
        }

        "the path keeps its query" {
            withRequest("GET /search?q=a+b&n=1 HTTP/1.1") shouldBe Load("/search?q=a+b&n=1")
        }

        "of a URL in absolute form only the path is taken, so that nothing leads away from the origin" {
            withRequest("GET http://example.com:8080/a/b?c HTTP/1.1") shouldBe Load("/a/b?c")
            withRequest("GET HTTPS://user@example.com HTTP/1.1") shouldBe Load("/")
            withRequest("GET http://example.com?q HTTP/1.1") shouldBe Load("/?q")
            withRequest("GET //example.com/x HTTP/1.1") shouldBe Load("//example.com/x")
        }

        "a request of HTTP 0.9 has no protocol" {
            withRequest("GET /old") shouldBe Load("/old")
        }

        "what may not stand in a URL is encoded, and what is encoded stays" {
            withRequest("GET /a b/{c}|%41%zz#d HTTP/1.1") shouldBe Load("/a%20b/%7Bc%7D%7C%41%25zz%23d")
            withRequest("""GET /caf\xc3\xa9\x1b\n HTTP/1.1""") shouldBe Load("/caf%C3%A9%1B%0A")
        }

        "a line without a GET or HEAD request is well formed, but loads nothing" {
            listOf(
                "-",
                "",
                "POST /form HTTP/1.1",
                "OPTIONS * HTTP/1.0",
                "CONNECT example.com:443 HTTP/1.1",
                "GET",
                "GET  HTTP/1.1",
                "GET relative HTTP/1.1",
                """\x16\x03\x01\x02""",
            ).forAll { withRequest(it) shouldBe NoLoad }
            withRequest("HEAD /head HTTP/1.1") shouldBe Load("/head")
        }

        "anything else is malformed" {
            listOf(
                "",
                " ",
                "hello",
                COMMON.dropLast(5),
                COMMON.replace("200", "20"),
                COMMON.replace("200", "abc"),
                COMMON.replace("2326", "many"),
                COMMON.replace("[", ""),
                COMMON.replace("Oct", "10"),
                COMMON.replace("1.0\"", "1.0"),
                COMMON.replace("127.0.0.1 - ", ""),
                """$COMMON "-"""",
                """$COMMON "-" "unfinished""",
                """$COMMON "-" "escape at the end\""",
                "$COMMON extra",
            ).forAll { LogLine.parse(it) shouldBe Malformed }
        }

        "a great many escapes do not overflow the stack" {
            val line = """$COMMON "-" "${"""\"""".repeat(30_000)}""""
            LogLine.parse(line) shouldBe Load("/apache_pb.gif")
        }

        "no line makes the parser throw" {
            checkAll(Arb.int(0..COMMON.length), Arb.string(0..20, Codepoint.ascii())) { at, noise ->
                LogLine.parse(COMMON.take(at) + noise + COMMON.drop(at))
                LogLine.parse(noise)
            }
        }

        "every path that is read can be put behind the URL of an origin" {
            checkAll(Arb.string(0..30, Codepoint.ascii())) { noise ->
                val path = loadedPath("GET /$noise HTTP/1.1")
                URI.create("http://127.0.0.1:1/origin$path").host shouldBe "127.0.0.1"
            }
        }
    })
