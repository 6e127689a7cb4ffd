package dev.offload.examples.gateway.http

import dev.offload.coroutines.joinAll
import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.ints.shouldBeInRange
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldNotContain
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import java.util.logging.Handler
import java.util.logging.LogRecord
import java.util.logging.Logger
import kotlin.time.Duration.Companion.seconds

/** What the log of the program gets while [block] runs. */
private suspend fun logged(block: suspend () -> Unit): List<LogRecord> {
    val records = CopyOnWriteArrayList<LogRecord>()
    val handler =
        object : Handler() {
            override fun publish(record: LogRecord) {
                if (record.loggerName.startsWith("dev.offload")) records += record
            }

            override fun flush() = Unit

            override fun close() = Unit
        }
    val root = Logger.getLogger("")
    root.addHandler(handler)
    try {
        block()
    } finally {
        root.removeHandler(handler)
    }
    return records
}

class BoundsSpec :
    FunSpec({
        test("an origin that fails is asked less and less often to renew, and each failure is one line") {
            for (failure in listOf("HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n", "", "HTTP/1.1 200")) {
                val number = AtomicInteger()
                val settings = GatewaySettings(ttl = 10.seconds, stale = 100.seconds)
                val records =
                    logged {
                        withRawOrigin({ if (number.incrementAndGet() == 1) response("page") else failure }, settings) {
                            get("/page?token=secret").body shouldBe "page"
                            time += 11.seconds
                            // After the failures at 11, 12, 14 and 18 seconds, the next is tried at 26.
                            val requests =
                                List(14) {
                                    repeat(3) {
                                        get("/page?token=secret").outcome shouldBe "STALE"
                                        server.manager!!.joinAll()
                                    }
                                    time += 1.seconds
                                    origin.requests.size - 1
                                }
                            requests shouldBe listOf(1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4)
                        }
                    }
                records shouldHaveSize 4
                records.forAll {
                    it.thrown shouldBe null
                    it.message.lines() shouldHaveSize 1
                    it.message shouldNotContain "secret"
                }
            }
        }

        test("a renewal that succeeds ends the pause") {
            val number = AtomicInteger()
            val settings = GatewaySettings(ttl = 10.seconds, stale = 100.seconds)
            withRawOrigin({ if (number.incrementAndGet() == 2) "" else response("page $number") }, settings) {
                for ((pause, outcome) in listOf(
                    0 to "MISS",
                    11 to "STALE",
                    1 to "STALE",
                    0 to "HIT",
                    11 to "STALE",
                    0 to "HIT",
                )) {
                    time += pause.seconds
                    get("/page").outcome shouldBe outcome
                    server.manager!!.joinAll()
                }
                origin.requests.size shouldBe 4
            }
        }

        test("the store is bounded by headers, too") {
            val settings = GatewaySettings(ttl = 10.seconds, maxStore = 100_000)
            withRawOrigin({ response("", "X-Long: " + "x".repeat(20_000)) }, settings) {
                repeat(20) { get("/page/$it").outcome shouldBe "MISS" }
                (0 until 20).count {
                    get("/page/$it", "Cache-Control: only-if-cached").outcome == "HIT"
                } shouldBeInRange
                    1..4
            }
        }

        test("the store is bounded by the variants of a path") {
            withRawOrigin({ response("page", "Vary: User-Agent") }) {
                repeat(40) { get("/page", "User-Agent: $it").outcome shouldBe "MISS" }
                get("/page", "User-Agent: 39").outcome shouldBe "HIT"
                get("/page", "User-Agent: 0").outcome shouldBe "MISS"
            }
        }

        test("an answer with more headers than any server sends is none") {
            withRawOrigin({ response("page", *Array(300) { "X-$it: $it" }) }) { get("/page").status shouldBe 502 }
            withRawOrigin({ response("page", "X-A: " + "x".repeat(100_000)) }) { get("/page").status shouldBe 502 }
        }
    })
