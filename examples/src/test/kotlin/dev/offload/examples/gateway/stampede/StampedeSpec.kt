package dev.offload.examples.gateway.stampede

import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.test.testTimeSource
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Rounds in virtual time: a test says exactly what each way does, on any machine. */
@OptIn(ExperimentalCoroutinesApi::class)
class StampedeSpec :
    StringSpec({
        "the ways differ as the comparison says they do" {
            runTest {
                val rounds = Ways.entries.associateWith { round(it) }
                rounds.values.forAll { round ->
                    round.requests shouldBe traffic(Scenario()).size
                    Ending.entries.sumOf(round::count) shouldBe round.requests
                }
                val (alone, byHand, caffeine, offload, stale) = rounds.values.toList()
                listOf(alone, offload, stale).forAll { it.count(Ending.FAILED_BY_ANOTHER) shouldBe 0 }
                listOf(byHand, caffeine).forAll { it.count(Ending.FAILED_BY_ANOTHER) shouldBeGreaterThan 20 }
                offload.originRequests * 4 shouldBeLessThan alone.originRequests
                offload.load.max() shouldBeLessThanOrEqual Scenario().pages
                alone.load.max() shouldBeGreaterThan Scenario().capacity
                stale.percentile(90) shouldBe Duration.ZERO // all but those who came before there was a page
                offload.percentile(95) shouldBeLessThan alone.percentile(95)
                stale.count(Ending.ORIGIN_FAILED) shouldBe 0
                offload.count(Ending.ORIGIN_FAILED) shouldBeGreaterThan 0
            }
        }

        "where nobody hangs up, nobody fails by another, whatever the way" {
            runTest {
                Ways.entries.forAll { way ->
                    val round = round(way, Scenario(hangUps = 0.0))
                    round.count(Ending.FAILED_BY_ANOTHER) shouldBe 0
                    round.count(Ending.HUNG_UP) shouldBe 0
                }
            }
        }

        "with pages that never expire, each way that shares asks for each page once" {
            runTest {
                val scenario = Scenario(ttl = 1.hours, hangUps = 0.0, outage = 1.hours..1.hours)
                (Ways.entries - Ways.ALONE).forAll { round(it, scenario).originRequests shouldBe scenario.pages }
            }
        }

        "the load of the origin is the most within each part of the round" {
            runTest {
                val load = round(Ways.OFFLOAD, Scenario(time = 1.seconds, pages = 1, ttl = 1.hours, hangUps = 0.0)).load
                load.size shouldBe 11
                load.indexOf(1) shouldBe 0
                load.drop(3).forAll { it shouldBe 0 }
            }
        }

        "each way plays as often, in turn, and the report has its figures" {
            runTest {
                val scenario = Scenario(time = 600.milliseconds, outage = 300.milliseconds..400.milliseconds)
                val played = ArrayList<Ways>()
                val results =
                    Stampede(scenario, rounds = 3, StandardTestDispatcher(testScheduler), testTimeSource)
                        .play { way, before -> played += way.also { before shouldBe played.size } }
                played.groupingBy { it }.eachCount() shouldBe Ways.entries.associateWith { 3 }
                played.chunked(Ways.entries.size).map { it.first() } shouldBe Ways.entries.take(3)
                val text = StampedeReport(scenario, 3, results).text()
                Ways.entries.forAll { text shouldContain it.title }
                text shouldContain "with offload 0"
                val page = StampedePage(scenario, results, text)
                page.html() shouldContain page.picture()
                page.html() shouldNotContain "<script"
                listOf("http:", "https:").forAll {
                    page.html().replace("http://www.w3.org/2000/svg", "") shouldNotContain it
                }
                Ways.entries.forAll { page.picture() shouldContain it.title }
            }
        }
    })

@OptIn(ExperimentalCoroutinesApi::class)
private suspend fun TestScope.round(way: Ways, scenario: Scenario = Scenario()): Round =
    Round.play(way, scenario, StandardTestDispatcher(testScheduler), testTimeSource)
