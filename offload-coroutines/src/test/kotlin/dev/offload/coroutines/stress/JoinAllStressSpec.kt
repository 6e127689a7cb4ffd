package dev.offload.coroutines.stress

import dev.offload.OffloadKind
import dev.offload.coroutines.activeCount
import dev.offload.coroutines.joinAll
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

class JoinAllStressSpec :
    FunSpec({
        val kind = OffloadKind.named<Any, Int>("join.all")

        test("R6: joinAll never misses the last wake-up, and returns after the last body") {
            bounded {
                val manager = realManager()
                repeat(3_000) { round ->
                    val ended = AtomicInteger()
                    val jobs = 1 + round % 8
                    repeat(jobs) { manager.submit(kind.key(it)) { ended.incrementAndGet() } }
                    withTimeout(20.seconds) { manager.joinAll() }
                    ended.get() shouldBe jobs
                    manager.activeCount shouldBe 0
                }
            }
        }

        test("R6: many who join the same jobs all wake up, while others submit") {
            bounded {
                val manager = realManager()
                repeat(300) { round ->
                    val go = CompletableDeferred<Unit>()
                    repeat(4) { manager.submit(kind.key(it)) { go.await().let { 1 } } }
                    val joiners = List(8) { launch { manager.joinAll() } }
                    val others = launch { repeat(20) { manager.submit(kind.key("$round.$it")) { it } } }
                    go.complete(Unit)
                    withTimeout(20.seconds) { joiners.forEach { it.join() } }
                    others.join()
                }
                manager.shouldBeAtRest()
            }
        }
    })
