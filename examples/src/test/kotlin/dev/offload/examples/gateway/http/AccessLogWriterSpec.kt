package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.withTimeout
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class AccessLogWriterSpec :
    FunSpec({
        test("lines are written in their order, those that wait at the end too") {
            val written = CopyOnWriteArrayList<String>()
            val log = AccessLogWriter(out = written::add)
            repeat(1_000) { log.write("$it") }
            log.close(20.seconds) shouldBe true
            written shouldBe List(1_000) { "$it" }
            log.dropped shouldBe 0
        }

        test("a reader that stalls holds up nobody: lines are dropped, and counted, and the end does not wait") {
            val gate = CountDownLatch(1)
            val written = CopyOnWriteArrayList<String>()
            val log =
                AccessLogWriter(capacity = 10) {
                    gate.await()
                    written += it
                }
            repeat(100) { log.write("$it") }
            // One may have been taken out of the queue already.
            log.dropped shouldBeGreaterThanOrEqual 89
            gate.countDown()
            log.close(20.seconds) shouldBe true
            written.size + log.dropped shouldBe 100
            written.first() shouldBe "0"
        }

        test("the end does not disturb the line that is being written") {
            val writing = CountDownLatch(1)
            val gate = CountDownLatch(1)
            val written = CopyOnWriteArrayList<String>()
            val log =
                AccessLogWriter {
                    writing.countDown()
                    gate.await()
                    written += it
                }
            log.write("0")
            log.write("1")
            writing.await()
            log.close(10.milliseconds) shouldBe false
            gate.countDown()
            log.close(20.seconds) shouldBe true
            written shouldBe listOf("0", "1")
        }

        for (offload in listOf(true, false)) {
            test("a gateway whose log is not read serves and stops, offload = $offload") {
                val gate = CountDownLatch(1)
                val log = AccessLogWriter(capacity = 10) { gate.await() }
                RawOrigin { response("page") }.use { origin ->
                    HttpOriginClient(origin.url).use { client ->
                        withTimeout(60.seconds) {
                            val server =
                                GatewayServer.start(GatewaySettings(ttl = 10.seconds, offload = offload), client, log)
                            val gateway = RawGateway(server, origin, kotlin.time.TestTimeSource())
                            repeat(50) { gateway.get("/page").body shouldBe "page" }
                            val end = server.stop(10.seconds)
                            end.requestsCutOff shouldBe 0
                            end.jobs?.let { it.cancelled() shouldBe 0 }
                            log.close(10.milliseconds)
                            log.dropped shouldBeGreaterThanOrEqual 39
                        }
                    }
                }
                gate.countDown()
            }
        }
    })
