package dev.offload.examples.gateway.http

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import kotlin.time.Duration.Companion.milliseconds

@OptIn(ExperimentalCoroutinesApi::class)
class OpenRequestsSpec :
    FunSpec({
        test("who comes before it has been quiet for long enough is let in, and waited for") {
            runTest {
                val requests = OpenRequests()
                requests.enter() shouldBe true
                launch {
                    delay(500.milliseconds)
                    requests.leave()
                    delay(299.milliseconds)
                    requests.enter() shouldBe true
                    delay(1_000.milliseconds)
                    requests.leave()
                    delay(100.milliseconds)
                    // However short it is.
                    requests.enter() shouldBe true
                    requests.leave()
                }
                requests.closeWhenQuiet(300.milliseconds)
                currentTime shouldBe 500 + 299 + 1_000 + 100 + 300
                requests.enter() shouldBe false
                requests.accepted shouldBe 3
            }
        }

        test("who has been let in is counted when it closes at once, and waited for") {
            runTest {
                val requests = OpenRequests()
                requests.enter() shouldBe true
                requests.close() shouldBe 1
                requests.enter() shouldBe false
                launch {
                    delay(10.milliseconds)
                    requests.leave()
                }
                requests.awaitNone()
                currentTime shouldBe 10
                requests.open shouldBe 0
            }
        }
    })
