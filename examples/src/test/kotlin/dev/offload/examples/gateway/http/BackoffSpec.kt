package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TestTimeSource

class BackoffSpec :
    FunSpec({
        test("each failure doubles the pause, up to a minute, and a success ends that") {
            val time = TestTimeSource()
            val backoff = Backoff(time)
            List(9) { backoff.failed("/page").inWholeSeconds } shouldBe listOf(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L)
            backoff.mayTry("/page") shouldBe false
            backoff.mayTry("/other") shouldBe true
            time += 60.seconds
            backoff.mayTry("/page") shouldBe true
            backoff.succeeded("/page")
            backoff.failed("/page") shouldBe 1.seconds
        }
    })
