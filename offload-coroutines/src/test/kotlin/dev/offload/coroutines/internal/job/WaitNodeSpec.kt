package dev.offload.coroutines.internal.job

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.KindPolicy
import dev.offload.coroutines.COUNT
import dev.offload.coroutines.LOAD
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.cancel
import dev.offload.coroutines.internal.caller.DeferredLease
import dev.offload.coroutines.internal.face.ScopeFace
import dev.offload.coroutines.internal.face.openScope
import dev.offload.coroutines.managerTest
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay

/** E5, R10: a search for who waits for whom meets nothing that is over. */
class WaitNodeSpec :
    StringSpec({
        val one = OffloadConfig { kind(LOAD, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1))) }

        "E5, R10: a job that is cancelled while it is queued is no member of its scope any more" {
            managerTest(one) { manager ->
                manager.submit(LOAD.key("occupant")) { awaitCancellation() }
                val scope = manager.openScope("request") as ScopeFace
                repeat(100) { id ->
                    val queued = scope.submit(LOAD.key(id)) { "never" }
                    scope.core.nodeIfAny()!!.members shouldBe 1
                    queued.cancel() shouldBe true
                    scope.core.nodeIfAny()!!.members shouldBe 0
                }
            }
        }

        "E5, R10: nor is one that is cancelled while it waits for the one before it" {
            managerTest { manager ->
                val scope = manager.openScope("request") as ScopeFace
                scope.submit(COUNT.key(1)) { awaitCancellation() }
                testScheduler.runCurrent()
                repeat(100) {
                    val next = scope.submit(COUNT.key(1), conflict = ConflictPolicy.NEXT) { 2 }
                    scope.core.nodeIfAny()!!.members shouldBe 1
                    next.cancel() shouldBe true
                    scope.core.nodeIfAny()!!.members shouldBe 0
                }
            }
        }

        "E5, R10: a job that has ended, and a body that waits no more, are no parties of waits any more" {
            managerTest(one) { manager ->
                repeat(10) { id ->
                    val scope = manager.openScope("request") as ScopeFace
                    val inner = scope.submit(LOAD.key(id)) { delay(1).let { "inner" } }
                    scope.submit(COUNT.key(id)) { inner.await().length }.await() shouldBe 5
                    scope.core.nodeIfAny()?.let {
                        it.members shouldBe 0
                        it.ins shouldBe 0
                    }
                    (inner as DeferredLease<*>).job().node!!.ins shouldBe 0
                    scope.cancel()
                }
            }
        }
    })
