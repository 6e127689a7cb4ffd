package dev.offload.examples.gateway.stampede

import io.kotest.core.spec.style.StringSpec
import io.kotest.inspectors.forAll
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.doubles.shouldBeBetween
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlin.time.Duration.Companion.seconds

class VisitSpec :
    StringSpec({
        "the same seed draws the same requests, another one others" {
            traffic(Scenario(seed = 3)) shouldBe traffic(Scenario(seed = 3))
            traffic(Scenario(seed = 4)) shouldNotBe traffic(Scenario(seed = 3))
        }

        "requests come in order, as many as asked for, and the first page is wanted most" {
            val scenario = Scenario(time = 100.seconds)
            val visits = traffic(scenario)
            visits.zipWithNext().forAll { (one, next) -> (one.at <= next.at) shouldBe true }
            visits.last().at shouldBeLessThan scenario.time
            (visits.size / 50_000.0).shouldBeBetween(0.98, 1.02, 0.0)
            val byPage = visits.groupingBy { it.page }.eachCount()
            byPage.keys shouldBe (0..<10).toSet()
            for (page in 1..<10) byPage.getValue(0) shouldBeGreaterThan byPage.getValue(page)
        }

        "as many hang up as asked for, before the origin can have answered" {
            val scenario = Scenario(time = 100.seconds, hangUps = 0.25)
            val patience = traffic(scenario).map { it.patience }
            (patience.count { it != null } / patience.size.toDouble()).shouldBeBetween(0.23, 0.27, 0.0)
            patience.filterNotNull().forAll { it shouldBeLessThan scenario.latency }
        }
    })
