package dev.offload.coroutines

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.RejectReason
import dev.offload.spi.OffloadListener
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import io.mockk.Called
import io.mockk.confirmVerified
import io.mockk.every
import io.mockk.mockk
import io.mockk.verify
import io.mockk.verifyOrder
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.seconds

/** What the listener is told, and when. */
class ListenerSpec :
    StringSpec({
        "R2: the listener is told of the end last, when the key is free and the callers have their answer" {
            val listener = mockk<OffloadListener>(relaxed = true)
            managerTest(listener = listener) { manager ->
                val key = LOAD.key(1)
                var freeAtTheEnd = false
                every { listener.onEnded(any(), any()) } answers { freeAtTheEnd = !manager.isInFlight(key) }
                manager.submit(key) { delay(1.seconds).let { "value" } }
                manager.submit(key) { "unused" }.await() shouldBe "value"
                freeAtTheEnd shouldBe true
                verifyOrder {
                    listener.onAccepted(match { it.key() == key && it.state() == JobState.QUEUED })
                    listener.onJoined(match { it.leases() == 2L })
                    listener.onStarted(match { it.state() == JobState.RUNNING })
                    listener.onEnded(match { it.state() == JobState.SUCCEEDED }, null)
                }
                confirmVerified(listener)
            }
        }

        "R7: the listener is told of a refusal by kind and reason" {
            val listener = mockk<OffloadListener>(relaxed = true)
            managerTest(listener = listener) { manager ->
                manager.submit(LOAD.key(1)) { "value" }
                manager.trySubmit(LOAD.key(1), ConflictPolicy.REJECT) { "refused" }
                manager.joinAll()
                verify(exactly = 1) { listener.onRejected("user.load", RejectReason.KEY_IN_FLIGHT) }
            }
        }

        "R3: a listener that throws changes nothing" {
            val listener = mockk<OffloadListener>()
            every { listener.onAccepted(any()) } throws IllegalStateException("listener")
            every { listener.onStarted(any()) } throws IllegalStateException("listener")
            every { listener.onEnded(any(), any()) } throws StackOverflowError("listener")
            managerTest(listener = listener) { manager ->
                manager.submit(LOAD.key(1)) { "value" }.await() shouldBe "value"
                manager.shutdown(1.seconds).isClean shouldBe true
                verify(exactly = 1) { listener.onEnded(any(), any()) }
            }
        }

        "nobody is told by a manager that did nothing" {
            val listener = mockk<OffloadListener>()
            managerTest(listener = listener) { manager ->
                manager.shutdown(1.seconds)
                verify { listener wasNot Called }
            }
        }
    })
