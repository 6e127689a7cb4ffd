package dev.offload.examples.program

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.kotest.property.Arb
import io.kotest.property.arbitrary.int
import io.kotest.property.arbitrary.list
import io.kotest.property.arbitrary.long
import io.kotest.property.checkAll
import kotlin.time.Duration.Companion.nanoseconds

class LatenciesSpec :
    StringSpec({
        "a percentile is the time of the nearest rank" {
            val hundred = Latencies(LongArray(100) { 100L - it })
            hundred.percentile(50) shouldBe 50.nanoseconds
            hundred.percentile(95) shouldBe 95.nanoseconds
            hundred.percentile(99) shouldBe 99.nanoseconds
            hundred.percentile(100) shouldBe 100.nanoseconds
        }

        "few times have the greatest as their high percentiles" {
            Latencies(longArrayOf(5)).percentile(1) shouldBe 5.nanoseconds
            Latencies(longArrayOf(3, 1, 2)).percentile(99) shouldBe 3.nanoseconds
            Latencies(longArrayOf(3, 1, 2)).percentile(50) shouldBe 2.nanoseconds
        }

        "a percentile is the smallest time that enough times do not exceed" {
            checkAll(Arb.list(Arb.long(0L..50L), 1..200), Arb.int(1..100)) { times, percent ->
                fun isEnough(limit: Long) = times.count { it <= limit } * 100 >= percent * times.size
                Latencies(times.toLongArray()).percentile(percent) shouldBe times.sorted().first(::isEnough).nanoseconds
            }
        }

        "no times have no percentile, and there is none beyond 100" {
            shouldThrow<IllegalArgumentException> { Latencies(LongArray(0)).percentile(50) }
            shouldThrow<IllegalArgumentException> { Latencies(LongArray(1)).percentile(0) }
            shouldThrow<IllegalArgumentException> { Latencies(LongArray(1)).percentile(101) }
        }
    })
