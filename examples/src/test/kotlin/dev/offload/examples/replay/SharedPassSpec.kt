package dev.offload.examples.replay

import dev.offload.OffloadStats
import dev.offload.ScopeSnapshot
import dev.offload.ShutdownReport
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldNotBeEmpty
import java.io.IOException
import java.time.Duration
import kotlin.time.Duration.Companion.seconds

/** Ten calls: six loads, of which one was refused and one got no answer, and four that joined one of them. */
private suspend fun sharedPass(stats: OffloadStats, total: OffloadStats = stats, handled: Long? = 5): SharedPass {
    var number = 0
    val loads =
        LoadCounter {
            when (number++) {
                0 -> throw HttpPages.BadStatusException(503)
                1 -> throw IOException("gone")
                else -> Page(200)
            }
        }
    repeat(6) { runCatching { loads.load("/") } }
    val calls = Calls(succeeded = 7, failed = 3, Latencies(LongArray(10)), 1.seconds)
    val snapshot = ScopeSnapshot("manager", Duration.ZERO, listOf(), listOf(), total, mapOf(PAGE_LOAD.name() to stats))
    return SharedPass(Pass(calls, loads, handled), snapshot, ShutdownReport(0, 0, listOf(), listOf()))
}

/** The accounts that fit. */
private val right = OffloadStats(4, 0, 4, 2, 0, 0)

class SharedPassSpec :
    StringSpec({
        "accounts that agree with what was counted have no fault" {
            sharedPass(right).faults().shouldBeEmpty()
        }

        "any account that differs is a fault" {
            listOf(
                OffloadStats(5, 0, 4, 2, 0, 0),
                OffloadStats(3, 1, 4, 2, 0, 0),
                OffloadStats(4, 0, 5, 1, 0, 0),
                OffloadStats(4, 0, 4, 1, 1, 0),
                OffloadStats(4, 0, 4, 1, 0, 1),
                OffloadStats(5, 0, 4, 1, 0, 0),
                OffloadStats.ZERO,
            ).forAll { sharedPass(it).faults().shouldNotBeEmpty() }
        }

        "a fault names what differs" {
            sharedPass(OffloadStats(5, 0, 4, 1, 0, 0)).faults() shouldContain
                "joined is 5, but calls that started no load: 4"
        }

        "a total that is not the sum of its kinds is a fault" {
            sharedPass(right, total = OffloadStats.ZERO).faults().shouldNotBeEmpty()
        }

        "the origin has seen all loads but, perhaps, those that broke off" {
            listOf(5L, 6L, null).forAll { sharedPass(right, handled = it).faults().shouldBeEmpty() }
            listOf(4L, 7L).forAll { sharedPass(right, handled = it).faults().shouldNotBeEmpty() }
        }
    })
