package dev.offload.coroutines

import dev.offload.CancelReason
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.Submission
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlin.time.Duration.Companion.seconds

/** The three problems of the original key design, and the rules for looking work up. */
class KeyLookupSpec :
    StringSpec({
        "an auto key is complete when it is made, so spawned work can be found and cancelled" {
            managerTest { manager ->
                val key = manager.spawn("audit") { awaitCancellation() }
                testScheduler.runCurrent()
                manager.find(key).shouldNotBeNull().state() shouldBe JobState.RUNNING
                manager.isInFlight(key) shouldBe true
                manager.cancel(key) shouldBe true
                manager.joinAll()
                manager.find(key).shouldBeNull()
                manager.isInFlight(key) shouldBe false
            }
        }

        "the holder of an explicit or auto key can look its work up and cancel it" {
            managerTest { manager ->
                for (key in listOf(LOAD.explicit(7), LOAD.auto())) {
                    val handle = manager.submit(key) { awaitCancellation() }
                    handle.key() shouldBe key
                    manager.isInFlight(key) shouldBe true
                    manager.cancel(key) shouldBe true
                    shouldThrow<OffloadCancelledException> { handle.await() }.reason() shouldBe CancelReason.CANCELLED
                }
            }
        }

        "a collision has a named outcome, and the job in flight stays tracked" {
            managerTest { manager ->
                val key = LOAD.explicit(1)
                val first = manager.submit(key) { awaitCancellation() }
                manager.trySubmit(key) { "second" } shouldBe
                    Submission.Rejected<OffloadDeferred<String>>(dev.offload.RejectReason.KEY_IN_FLIGHT)
                manager
                    .trySubmit(key, ConflictPolicy.ALLOW) { awaitCancellation() }
                    .shouldBeInstanceOf<Submission.Started<OffloadDeferred<String>>>()
                manager.activeCount shouldBe 2
                manager.cancel(key) shouldBe true
                manager.joinAll()
                manager.activeCount shouldBe 0
                first.jobState() shouldBe JobState.CANCELLED
            }
        }

        "R5: cancel reaches every job under the key, and answers true only if it changed something" {
            managerTest { manager ->
                val key = LOAD.key("a")
                val other = manager.submit(LOAD.key("b")) { "b" }
                val handles = List(3) { manager.submit(key, ConflictPolicy.ALLOW) { awaitCancellation() } }
                testScheduler.runCurrent()
                manager.cancel(key) shouldBe true
                manager.cancel(key) shouldBe false
                handles.forEach { shouldThrow<OffloadCancelledException> { it.await() } }
                other.await() shouldBe "b"
                manager.cancel(LOAD.key("b")) shouldBe false
            }
        }

        "R5: find takes no lease and answers the newest job that is not being cancelled" {
            managerTest { manager ->
                val key = LOAD.key("a")
                manager.submit(key, ConflictPolicy.ALLOW) { awaitCancellation() }
                delay(1.seconds)
                val newer = manager.submit(key, ConflictPolicy.ALLOW) { awaitCancellation() }
                delay(1.seconds)
                manager.find(key)!!.age().toSeconds() shouldBe 1
                manager.find(key)!!.leases() shouldBe 1
                newer.cancel()
                manager.find(key)!!.age().toSeconds() shouldBe 2
            }
        }

        "a second kind of one name is refused, and says why" {
            managerTest { manager ->
                manager.submit(LOAD.key(1)) { "a" }
                val impostor = OffloadKind.named<Any, Int>("user.load")
                for (attempt in listOf<() -> Unit>(
                    { manager.submit(impostor.key(1)) { 1 } },
                    { manager.trySubmit(impostor.key(1)) { 1 } },
                    { manager.share(impostor.key(1)) { 1 } },
                )) {
                    shouldThrow<IllegalArgumentException> { attempt() }.message shouldContain "user.load"
                }
                manager.spawn("user.load") { }
                manager.joinAll()
                manager.snapshot().total().submitted() shouldBe 2
            }
        }

        "JOIN is refused for explicit and auto keys, also when their kind joins by default" {
            val config = OffloadConfig { conflict(ConflictPolicy.JOIN) }
            managerTest(config) { manager ->
                for (key in listOf(LOAD.explicit(1), LOAD.auto())) {
                    shouldThrow<IllegalArgumentException> { manager.submit(key, ConflictPolicy.JOIN) { "x" } }
                        .message shouldContain "conflict"
                    manager.submit(key) { awaitCancellation() }
                    manager.trySubmit(key) { "y" }.shouldBeInstanceOf<Submission.Rejected<OffloadDeferred<String>>>()
                }
            }
        }

        "ids appear in messages, snapshots and labels only if they are switched on" {
            for (show in listOf(false, true)) {
                val listener = RecordingListener()
                managerTest(OffloadConfig { showIds(show) }, listener) { manager ->
                    val handle = manager.submit(LOAD.key("secret-id")) { awaitCancellation() }
                    val texts = mutableListOf(manager.snapshot().toString(), manager.find(handle.key()).toString())
                    manager.cancel(handle.key())
                    texts += shouldThrow<OffloadCancelledException> { handle.await() }.message!!
                    texts += listener.events
                    texts.forEach { if (show) it shouldContain "secret-id" else it shouldNotContain "secret-id" }
                    handle.key().toString() shouldNotContain "secret-id"
                    handle.toString() shouldNotContain "secret-id"
                }
            }
        }

        "snapshot counts by kind, a label and a kind of one name together" {
            managerTest { manager ->
                manager.submit(LOAD.key(1)) { "a" }.await()
                manager.submit(COUNT.key(1)) { 1 }.await()
                manager.spawn("user.count") { }
                manager.joinAll()
                val byKind = manager.snapshot().byKind()
                byKind.keys shouldContainExactlyInAnyOrder setOf("user.load", "user.count")
                byKind.getValue("user.count").succeeded() shouldBe 2
                byKind.getValue("user.load").submitted() shouldBe 1
            }
        }
    })
