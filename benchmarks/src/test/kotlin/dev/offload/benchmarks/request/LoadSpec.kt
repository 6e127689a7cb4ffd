package dev.offload.benchmarks.request

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeSorted
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class LoadSpec :
    FunSpec({
        val sides =
            listOf("offload", "byHand", "byHandWithLeases") +
                if (Runtime.version().feature() > 20) listOf("virtualThreads") else emptyList()

        for (side in sides) {
            test("$side answers each request of a closed load, again and again") {
                val load = ClosedLoad(side)
                repeat(2) { load.serve(200, 16) }
            }

            test("$side answers each request of an open load") {
                latencies(Requests.named(side), 1_000, 200.milliseconds).size shouldBe 200
            }
        }

        test("a request that could not be sent in time has waited from when it was due") {
            val pause = 100.milliseconds
            val stops =
                object : Requests {
                    override fun accept(id: Int, done: Runnable) {
                        if (id == 0) Thread.sleep(pause.inWholeMilliseconds)
                        done.run()
                    }
                }
            val latencies = latencies(stops, 100, 1.seconds)
            latencies.toList().shouldBeSorted()
            latencies[99] shouldBeGreaterThanOrEqual pause.inWholeNanoseconds
            latencies[94] shouldBeGreaterThanOrEqual 40.milliseconds.inWholeNanoseconds
        }

        test("a percentile is a time that so many do not exceed") {
            val times = LongArray(1_000) { it + 1L }
            times.percentile(50.0) shouldBe 500
            times.percentile(99.0) shouldBe 990
            times.percentile(99.9) shouldBe 999
            times.percentile(100.0) shouldBe 1_000
            longArrayOf(7).percentile(50.0) shouldBe 7
        }
    })
