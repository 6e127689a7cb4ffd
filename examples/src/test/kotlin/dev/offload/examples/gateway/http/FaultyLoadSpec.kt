package dev.offload.examples.gateway.http

import dev.offload.coroutines.joinAll
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

private const val CLIENTS = 24
private const val SEED = 17
private val LIMIT = 20.minutes

/** How many requests are made; `examples/conformance/load` makes more. */
private val asked: Int? = System.getProperty("gateway.load.requests")?.toInt()

/** A gateway under load, between clients that hang up and an origin that breaks its answers. */
class FaultyLoadSpec :
    FunSpec({
        // Beyond what other tests may take, for the long run.
        test(
            "no answer is a half one or another's, and no upload is, whatever the origin and the clients do",
        ).config(timeout = LIMIT) {
            val requests = asked ?: 3_000
            // Answers grow old in the middle of the load, so that they are renewed and validated in it.
            val settings = GatewaySettings(ttl = 200.milliseconds, stale = 500.milliseconds, staleIfError = 1.seconds)
            withTimeout(LIMIT) {
                FaultyOrigin(SEED).use { origin ->
                    HttpOriginClient(origin.url).use { client ->
                        val server = GatewayServer.start(settings, client, {})
                        val got = load(server.url, requests)
                        until { server.openRequests == 0 }
                        server.manager!!.joinAll()
                        val cutOff = server.stop(5.seconds).requestsCutOff
                        if (asked != null) {
                            println("clients got $got")
                            println("origin: ${origin.requests} requests, ${origin.faults} answers with a fault")
                        }
                        got[Got.WRONG] shouldBe null
                        origin.wrongUploads shouldBe 0
                        cutOff shouldBe 0
                        got.getValue(Got.RIGHT) shouldBeGreaterThan requests / 2
                        origin.faults shouldBeGreaterThan 0
                    }
                }
            }
        }
    })

private suspend fun load(url: String, requests: Int): Map<Got, Int> = withContext(Dispatchers.IO) {
    List(CLIENTS) { async { LoadClient(url, "user$it", Random(SEED + it)).run(requests / CLIENTS) } }
        .awaitAll()
        .flatMap { it.entries }
        .groupingBy { it.key }
        .fold(0) { sum, entry -> sum + entry.value }
}
