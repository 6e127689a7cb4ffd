package dev.offload.coroutines

import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.KeyStuckException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.withContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/** R1, R7: NEXT in virtual time, and of `call`; what both languages share is in the contract suite of the bridge. */
class NextSpec :
    StringSpec({
        "R1: under a steady stream of NEXT as many bodies run as fit, and the last one covers the last event" {
            managerTest { manager ->
                var events = 0
                val covered = mutableListOf<Int>()
                repeat(20_000) {
                    events++
                    manager.submit(LOAD.key("index"), conflict = ConflictPolicy.NEXT) {
                        val seen = events
                        delay(300)
                        covered += seen
                        "done"
                    }
                    delay(100)
                }
                manager.joinAll()
                covered.last() shouldBe 20_000
                covered.size shouldBe 6_668 // from 0 to 2,000,100 ms, one after the other
                currentTime shouldBe 2_000_400
                manager.activeCount shouldBe 0
            }
        }

        "R1: a call with NEXT reads what its caller wrote, where a call that joins may not" {
            managerTest { manager ->
                var stored = "old"
                suspend fun read(conflict: ConflictPolicy) = manager.call(LOAD.key(1), conflict) {
                    val read = stored
                    delay(1_000)
                    read
                }
                val first = async(start = CoroutineStart.UNDISPATCHED) { read(ConflictPolicy.JOIN) }
                delay(500)
                stored = "new"
                val joined = async(start = CoroutineStart.UNDISPATCHED) { read(ConflictPolicy.JOIN) }
                val next = List(3) { async(start = CoroutineStart.UNDISPATCHED) { read(ConflictPolicy.NEXT) } }
                listOf(first.await(), joined.await()) shouldContainExactly listOf("old", "old")
                next.map { it.await() } shouldContainExactly listOf("new", "new", "new")
                currentTime shouldBe 2_000
            }
        }

        "L1: a call with NEXT whose caller is cancelled leaves the others their run" {
            managerTest { manager ->
                val body = manager.submit(LOAD.key(1)) { delay(1_000).let { "first" } }
                delay(1)
                val leaving = launch(start = CoroutineStart.UNDISPATCHED) {
                    manager.call(LOAD.key(1), ConflictPolicy.NEXT) { "second" }
                }
                val staying = manager.share(LOAD.key(1), ConflictPolicy.NEXT) { "third" }
                staying.joined() shouldBe true
                leaving.cancelAndJoin()
                staying.jobState() shouldBe JobState.QUEUED
                body.await() shouldBe "first"
                staying.await() shouldBe "second"
            }
        }

        "R1: the next one waits as long as the body takes, and a minute once that is cancelled, also below others" {
            managerTest { manager ->
                val before = manager.submit(LOAD.key(1)) { dyingFor(10.minutes) }
                testScheduler.runCurrent()
                val next = manager.submit(LOAD.key(1), conflict = ConflictPolicy.NEXT) { "next" }
                repeat(2) { manager.submit(LOAD.key(1), conflict = ConflictPolicy.ALLOW) { awaitCancellation() } }
                delay(10.minutes)
                next.jobState() shouldBe JobState.QUEUED
                before.cancel() shouldBe true
                shouldThrow<KeyStuckException> { next.await() }
                currentTime shouldBe 11.minutes.inWholeMilliseconds
            }
        }

        "R1: a body that was asked to stop and did costs the next one nothing, though another goes on" {
            managerTest { manager ->
                val goesOn = manager.submit(LOAD.key(1), conflict = ConflictPolicy.ALLOW) { dyingFor(10.minutes) }
                val stops = manager.submit(LOAD.key(1), conflict = ConflictPolicy.ALLOW) { dyingFor(30.seconds) }
                testScheduler.runCurrent()
                val next = manager.submit(LOAD.key(1), conflict = ConflictPolicy.NEXT) { "next" }
                stops.cancel() shouldBe true
                delay(5.minutes)
                next.jobState() shouldBe JobState.QUEUED
                goesOn.cancel() shouldBe true
                shouldThrow<KeyStuckException> { next.await() }
                currentTime shouldBe 6.minutes.inWholeMilliseconds
            }
        }

        "R7: a call refuses policies that do not share" {
            managerTest { manager ->
                shouldThrow<IllegalArgumentException> {
                    manager.call(LOAD.key(1), ConflictPolicy.ALLOW) { "never" }
                }.message!! shouldStartWith "conflict must be JOIN or NEXT where work is shared, but is ALLOW"
            }
        }
    })

/** Goes on until it is cancelled, and then for a while. */
private suspend fun dyingFor(time: Duration): String = try {
    awaitCancellation()
} finally {
    withContext(NonCancellable) { delay(time) }
}
