package dev.offload.examples.gateway.replay

import dev.offload.OffloadStats
import dev.offload.ScopeSnapshot
import dev.offload.ShutdownReport
import dev.offload.examples.gateway.http.ACCESS_LOG
import dev.offload.examples.gateway.http.CacheOutcome
import dev.offload.examples.gateway.http.LoadCounts
import dev.offload.examples.gateway.http.ORIGIN_LOAD
import dev.offload.examples.gateway.http.OriginClient
import dev.offload.examples.gateway.http.OriginFailedException
import dev.offload.examples.gateway.http.OriginRequest
import dev.offload.examples.program.Latencies
import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.ktor.client.statement.HttpResponse
import io.ktor.http.Headers
import io.ktor.http.HttpMethod
import java.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * Ten requests: one hit, four began a load, two joined, three met what is stale and one of them began a load. Of the
 * five loads one found a fresh answer, and one broke off.
 */
private suspend fun sharedPass(
    stats: OffloadStats,
    lines: Long = 10,
    total: OffloadStats? = null,
    handled: Long? = 4,
    joined: Long = 2,
): SharedPass {
    var number = 0
    val loads =
        LoadCounter(
            object : OriginClient {
                override suspend fun <T> exchange(request: OriginRequest, read: suspend (HttpResponse) -> T): T {
                    if (number++ == 0) throw OriginFailedException("gone")
                    @Suppress("UNCHECKED_CAST") // Nothing is read here.
                    return null as T
                }
            },
        )
    repeat(4) { runCatching { loads.exchange(OriginRequest(HttpMethod.Get, "/", Headers.Empty)) { } } }
    val counts = LoadCounts()
    repeat(4) { counts.shared(isJoined = false) }
    repeat(2) { counts.shared(isJoined = true) }
    counts.renewed(isStarted = true)
    repeat(2) { counts.renewed(isStarted = false) }
    counts.foundFresh()
    val outcomes = CacheOutcome.entries.associateWith { if (it == CacheOutcome.JOINED) joined else 0L }
    val calls = Calls(succeeded = 9, failed = 1, unanswered = 0, outcomes, Latencies(LongArray(10)), 1.seconds)
    val log = OffloadStats(0, 0, lines, 0, 0, 0)
    val kinds = mapOf(ORIGIN_LOAD.name() to stats, ACCESS_LOG to log)
    val snapshot = ScopeSnapshot("gateway", Duration.ZERO, listOf(), listOf(), total ?: stats.plus(log), kinds)
    return SharedPass(Pass(calls, loads, handled), counts, snapshot, ShutdownReport(0, 0, listOf(), listOf()))
}

/** The accounts that fit: joined, rejected, succeeded, failed, cancelled, active. */
private val right = OffloadStats(2, 2, 4, 1, 0, 0)

class SharedPassSpec :
    StringSpec({
        "accounts that agree with what was counted have no fault" {
            sharedPass(right).faults().shouldBeEmpty()
        }

        "any account that differs is a fault" {
            listOf(
                OffloadStats(3, 2, 4, 1, 0, 0),
                OffloadStats(2, 1, 4, 1, 0, 0),
                OffloadStats(2, 2, 5, 1, 0, 0),
                OffloadStats(2, 2, 5, 0, 0, 0),
                OffloadStats(2, 2, 4, 0, 0, 0),
                OffloadStats(2, 2, 4, 0, 0, 1),
                OffloadStats.ZERO,
            ).forAll { sharedPass(it).faults().shouldNotBeEmpty() }
        }

        "a fault names what differs" {
            sharedPass(OffloadStats(3, 2, 4, 1, 0, 0)).faults() shouldContain
                "joined is 3, but requests that joined a load: 2"
        }

        "more shared answers than joined loads are a fault" {
            sharedPass(right, joined = 3).faults().shouldNotBeEmpty()
        }

        "a line of the access log that is missing, or too many, is a fault" {
            listOf(9L, 11L).forAll { sharedPass(right, lines = it).faults().shouldNotBeEmpty() }
        }

        "a total that is not the sum of its kinds is a fault" {
            sharedPass(right, total = OffloadStats.ZERO).faults().shouldNotBeEmpty()
        }

        "the origin has seen all loads but, perhaps, those that broke off" {
            listOf(3L, 4L, null).forAll { sharedPass(right, handled = it).faults().shouldBeEmpty() }
            listOf(2L, 5L).forAll { sharedPass(right, handled = it).faults().shouldNotBeEmpty() }
        }
    })
