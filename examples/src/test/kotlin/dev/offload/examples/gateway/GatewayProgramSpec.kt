package dev.offload.examples.gateway

import dev.offload.examples.gateway.http.testClient
import dev.offload.examples.gateway.replay.EmbeddedOrigin
import dev.offload.examples.gateway.replay.LogLine
import io.kotest.core.spec.style.StringSpec
import io.kotest.engine.spec.tempdir
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.longs.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import io.kotest.matchers.string.shouldStartWith
import io.ktor.client.request.get
import java.io.ByteArrayOutputStream
import java.io.PrintWriter
import java.io.StringWriter
import java.net.InetAddress
import java.net.ServerSocket
import java.nio.file.Path
import java.util.zip.GZIPOutputStream
import kotlin.concurrent.thread
import kotlin.io.path.writeBytes
import kotlin.io.path.writeText
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

private class Run(val code: Int, val out: String, val err: String) {
    /** The numbers in the line of the report that begins with [label]. */
    fun numbers(label: String): List<Long> {
        val line = out.lines().first { it.trim().startsWith(label) }.trim().removePrefix(label)
        return Regex("""\d[\d,]*""").findAll(line).map { it.value.replace(",", "").toLong() }.toList()
    }
}

private suspend fun run(vararg args: String): Run {
    val out = StringWriter()
    val err = StringWriter()
    val code = runGateway(arrayOf(*args), PrintWriter(out), PrintWriter(err), terminal = false, { }, warmUp = 10)
    return Run(code, out.toString(), err.toString())
}

private suspend fun complaint(vararg args: String): String {
    val run = run(*args)
    run.code shouldBe 2
    run.out shouldBe ""
    return run.err.trimEnd('\n').also { it.lines() shouldHaveSize 1 }
}

private fun closedPort(): Int = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { it.localPort }

/** Hot and cold paths, lines that load nothing, and lines that are none. */
private val sampleLog =
    buildString {
        repeat(40) {
            appendLine(
                """2001:db8::1 - - [01/Jan/2026:00:00:00 +0000] "GET /hot?token=secret HTTP/1.1" 200 5 "-" "a \"b\"" """,
            )
            appendLine("""192.0.2.1 - jane [01/Jan/2026:00:00:00 +0000] "GET //cold/$it HTTP/1.1" 200 5""")
        }
        appendLine("""192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "-" 408 -""")
        appendLine("this is no log line")
        appendLine()
    }

private fun Path.withLog(name: String): Path = resolve(name).also { it.writeText(sampleLog) }

class GatewayProgramSpec :
    StringSpec({
        timeout = 60.seconds.inWholeMilliseconds

        val directory = tempdir().toPath()

        "the bundled log is replayed through the gateway, and the accounts balance" {
            val run = run("--replay", "--requests", "1000", "--latency", "5ms")
            run.code shouldBe 0
            run.out shouldContain "generated"
            run.out shouldContain "The accounts balance"
            run.numbers("requests") shouldBe listOf(1_000L, 1_000L)
            val (with, without) = run.numbers("origin requests")
            val (hits, stale, misses, joined) = listOf("HIT", "STALE", "MISS", "JOINED").map { run.numbers(it) }
            hits[0] + stale[0] + misses[0] + joined[0] shouldBe 1_000
            hits[1] + stale[1] + misses[1] shouldBe 1_000
            joined shouldBe listOf(run.numbers("joined").first(), 0)
            misses[1] + stale[1] shouldBe without
            with shouldBeLessThanOrEqual run.numbers("accepted").first()
            run.numbers("succeeded").first() shouldBe run.numbers("accepted").first()
            run.err shouldContain "1,000 of 1,000 requests"
        }

        "an origin that always fails ends the same way" {
            val run = run("--replay", "--requests", "500", "--latency", "1ms", "--failure-rate", "1.0")
            run.code shouldBe 0
            run.numbers("of them failed") shouldBe listOf(500L, 500L)
            run.numbers("HIT").take(2) shouldBe listOf(0L, 0L)
            run.numbers("STALE").take(2) shouldBe listOf(0L, 0L)
        }

        "an origin that never fails fails nobody" {
            val run = run("--replay", "--requests", "500", "--latency", "0", "--failure-rate", "0")
            run.code shouldBe 0
            run.numbers("of them failed") shouldBe listOf(0L, 0L)
        }

        "one worker alone joins nobody" {
            val run = run("--replay", "--requests", "100", "--latency", "0", "--workers", "1", "--ttl", "1h")
            run.code shouldBe 0
            val (with, without) = run.numbers("origin requests")
            with shouldBe without
            run.numbers("JOINED").take(2) shouldBe listOf(0L, 0L)
        }

        "a log of the user is replayed, and its malformed lines are counted" {
            val run = run("--replay", directory.withLog("mixed.log").toString(), "--latency", "20ms")
            run.code shouldBe 0
            run.out shouldContain "83 lines, 2 malformed, 1 without a GET or HEAD request"
            run.numbers("requests") shouldBe listOf(80L, 80L)
        }

        "the report shows paths, and no queries, hosts or users" {
            val run = run("--replay", directory.withLog("private.log").toString(), "--latency", "0")
            run.out shouldContain "/hot?..."
            listOf("secret", "2001:db8", "192.0.2.1", "jane").forAll { run.out shouldNotContain it }
        }

        "a log may be gzip, whatever its name" {
            val file = directory.resolve("zipped.log")
            val zipped = ByteArrayOutputStream()
            GZIPOutputStream(zipped).use { it.write(sampleLog.encodeToByteArray()) }
            file.writeBytes(zipped.toByteArray())
            val run = run("--replay", file.toString(), "--latency", "0", "--requests", "100")
            run.code shouldBe 0
            run.numbers("requests") shouldBe listOf(100L, 100L)
        }

        "a path that is as long as servers take is replayed, a longer one is counted and passed over" {
            val file = directory.resolve("long.log")
            val lengths = listOf(10, 100_000, LogLine.LONGEST_PATH, LogLine.LONGEST_PATH + 1)
            file.writeText(
                lengths.joinToString("\n") {
                    """192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET /${"x".repeat(it - 1)} HTTP/1.1" 200 5"""
                },
            )
            val run = run("--replay", file.toString(), "--latency", "0", "--failure-rate", "0")
            run.code shouldBe 0
            run.out shouldContain
                "4 lines, 1 malformed, 0 without a GET or HEAD request, 1 with a path that is too long"
            run.numbers("requests") shouldBe listOf(2L, 2L)
            run.numbers("of them failed") shouldBe listOf(0L, 0L)
        }

        "a log may come through a pipe" {
            val pipe = directory.resolve("pipe")
            ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() shouldBe 0
            val writer = thread(isDaemon = true) { pipe.writeText(sampleLog) }
            val run = run("--replay", pipe.toString(), "--latency", "0")
            writer.join()
            run.code shouldBe 0
            run.out shouldContain "83 lines"
        }

        "another origin is asked, behind its path" {
            EmbeddedOrigin.start(5.milliseconds, failureRate = 0.0).use { other ->
                val run = run("--origin", other.url + "/", "--replay", directory.withLog("other.log").toString())
                run.code shouldBe 0
                val (with, without) = run.numbers("origin requests")
                without shouldBeLessThanOrEqual 80
                // And one to see whether it answers.
                other.handled shouldBe with + without + 1
            }
        }

        "an origin that answers with errors only is reachable" {
            EmbeddedOrigin.start(Duration.ZERO, failureRate = 1.0).use { other ->
                run("--replay", "--origin", other.url, "--requests", "50").code shouldBe 0
            }
        }

        "help goes to the output" {
            val run = run("--help")
            run.code shouldBe 0
            run.err shouldBe ""
            listOf(
                "--replay", "--origin", "--workers", "--requests", "--latency", "--failure-rate", "--serve", "--listen",
                "--ttl", "--stale", "--stale-if-error", "--limit", "--grace", "--no-offload", "--rounds", "--seed",
                "--html", "--picture", "--shareable-header",
            ).forAll {
                run.out shouldContain it
            }
        }

        "a wrong argument is one line and exit code 2" {
            listOf(
                listOf("--nonsense"),
                listOf("nonsense"),
                listOf("two\nlines"),
                listOf("--workers"),
                listOf("--workers", "3"),
                listOf("--ttl", "1s"),
                listOf("--rounds", "0"),
                listOf("--rounds", "101"),
                listOf("--seed", "one"),
                listOf("--replay", "--rounds", "2"),
                listOf("--serve", "--html", "page.html"),
                listOf("--replay", "--workers", "0"),
                listOf("--replay", "--workers", "-1"),
                listOf("--replay", "--workers", "10001"),
                listOf("--workers", "many"),
                listOf("--workers", "1", "--workers", "2"),
                listOf("--replay", "--requests", "0"),
                listOf("--requests", "99999999999"),
                listOf("--latency", "-5ms"),
                listOf("--latency", "soon"),
                listOf("--latency", "NaN"),
                listOf("--latency", "11s"),
                listOf("--replay", "--failure-rate", "1.1"),
                listOf("--replay", "--failure-rate", "-0.1"),
                listOf("--replay", "--failure-rate", "NaN"),
                listOf("--origin", "ftp://127.0.0.1/"),
                listOf("--origin", "127.0.0.1:80"),
                listOf("--origin", "http://"),
                listOf("--origin", "http://127.0.0.1/?q"),
                listOf("--origin", "http://a b/"),
                listOf("--replay", "--origin", "http://127.0.0.1:1", "--latency", "5ms"),
                listOf("--limit", "0"),
                listOf("--ttl", "-1s"),
                listOf("--listen", "8080"),
                listOf("--serve", "--listen", "65536"),
                listOf("--serve", "--listen", ":80"),
                listOf("--replay", "--no-offload"),
                listOf("--serve", "--workers", "3"),
                listOf("--shareable-header", "X-Id"),
                listOf("--serve", "--shareable-header", "X Id"),
                listOf("--serve", "--shareable-header", "Cookie"),
            ).forAll { complaint(*it.toTypedArray()) shouldContain "--help" }
        }

        "a wrong argument is named" {
            complaint("--replay", "--workers", "0") shouldStartWith "gateway: --workers must be 1 to 10000, but is 0"
            complaint("--latency", "soon") shouldContain "'soon' is no time"
            complaint("--workers", "3") shouldStartWith "gateway: --workers needs --replay or --serve"
            complaint("--serve", "--seed", "3") shouldStartWith "gateway: --seed concerns the comparison"
        }

        "a log that cannot be read is one line and exit code 2" {
            complaint("--replay", directory.resolve("missing.log").toString()) shouldContain "there is no such file"
            complaint("--replay", directory.toString()) shouldContain "it is a directory"
            val broken = directory.resolve("broken.gz").also { it.writeBytes(byteArrayOf(0x1f, 0x8b.toByte(), 8, 0)) }
            complaint("--replay", broken.toString()) shouldContain "cannot read"
        }

        "a log with nothing to replay is one line and exit code 2" {
            val empty = directory.resolve("empty.log").also { it.writeText("") }
            complaint("--replay", empty.toString()) shouldContain "0 lines"
            val noise = directory.resolve("noise.log").also { it.writeText("nothing\nof\nuse\n") }
            complaint("--replay", noise.toString()) shouldContain "3 malformed"
        }

        "an origin that cannot be reached is one line and exit code 2" {
            val url = "http://127.0.0.1:${closedPort()}"
            complaint("--replay", "--origin", url) shouldContain "cannot reach the origin $url"
        }

        "a port in use is one line and exit code 2" {
            ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use {
                complaint("--serve", "--listen", "${it.localPort}") shouldContain
                    "cannot listen at 127.0.0.1:${it.localPort}: the port is in use"
            }
        }

        "a host that is none of this machine is one line and exit code 2" {
            complaint("--serve", "--listen", "nowhere.invalid:0") shouldContain
                "cannot listen at nowhere.invalid:0: the host name is unknown"
        }

        "a gateway serves until it is stopped, and tells its end" {
            val out = StringWriter()
            val err = StringWriter()
            val awaitStop: suspend () -> Unit = {
                val url = Regex("http://[0-9.:]+").find(err.toString())!!.value
                testClient().use { client ->
                    client.get("$url/page").headers["X-Cache"] shouldBe "MISS"
                    client.get("$url/page").headers["X-Cache"] shouldBe "HIT"
                }
            }
            val args = arrayOf("--serve", "--listen", "0", "--ttl", "1h", "--failure-rate", "0")
            runGateway(args, PrintWriter(out), PrintWriter(err), terminal = false, awaitStop) shouldBe 0
            out.toString().lines().filter { "GET /page" in it } shouldHaveSize 2
            err.toString() shouldContain "stopped; requests cut off: 0; jobs that ended meanwhile: "
        }
    })
