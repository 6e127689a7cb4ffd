package dev.offload.coroutines.stress

import dev.offload.ConcurrencyLimit
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadException
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.scope
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.util.concurrent.atomic.AtomicLong
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes

/** Random programs whose bodies call, submit, fail and cancel under tight limits: none hangs, and no permit is lost. */
class NestedLimitsStressSpec :
    FunSpec({
        val kinds = List(3) { OffloadKind.named<Any, Int>("kind.$it") }
        val bodies = AtomicLong()

        fun config(random: Random): OffloadConfig = OffloadConfig {
            kinds.forEach { kind(it, KindPolicy.unset().withConcurrency(ConcurrencyLimit.of(1 + random.nextInt(2)))) }
            if (random.nextBoolean()) concurrency(ConcurrencyLimit.of(2))
        }

        suspend fun step(manager: OffloadManager, random: Random, depth: Int): Int {
            bodies.incrementAndGet()
            if (random.nextInt(10) == 0) error("a body that fails")
            if (depth == 0) return yield().let { 1 }
            val keys = List(1 + random.nextInt(2)) { kinds.random(random).key(random.nextInt(1_000_000)) }
            val seeds = keys.map { random.nextInt() }
            return when (random.nextInt(5)) {
                0 -> keys.indices.sumOf { i -> manager.call(keys[i]) { step(manager, Random(seeds[i]), depth - 1) } }

                1 ->
                    keys.indices
                        .map { i -> manager.submit(keys[i]) { step(manager, Random(seeds[i]), depth - 1) } }
                        .sumOf { it.await() }

                2 -> manager.scope("below", concurrency = ConcurrencyLimit.of(1)) {
                    keys.indices.forEach { i -> submit(keys[i]) { step(manager, Random(seeds[i]), depth - 1) } }
                    1
                }

                3 -> withTimeoutOrNull(1.milliseconds) {
                    manager.call(keys[0]) { step(manager, Random(seeds[0]), depth - 1) }
                } ?: 1

                else -> manager.submit(keys[0]) {
                    step(manager, Random(seeds[0]), depth - 1)
                }.let { it.cancel().let { 1 } }
            }
        }

        test("T3: random programs of nested work under limits of 1 and 2 all end, and permits return to zero") {
            bounded(2.minutes) {
                repeat(300) { round ->
                    val random = Random(round)
                    val manager = realManager(config = config(random))
                    coroutineScope {
                        repeat(8) {
                            val seed = random.nextInt()
                            launch {
                                try {
                                    manager.call(kinds[seed.mod(3)].key(seed)) { step(manager, Random(seed), 4) }
                                } catch (e: CancellationException) {
                                    throw e
                                } catch (_: IllegalStateException) {
                                    // A body that fails.
                                } catch (_: OffloadException) {
                                    // A job of random programs that happen to meet.
                                }
                            }
                        }
                    }
                    manager.shouldBeAtRest()
                    // Every permit is free again: as many as there are can be used at once.
                    kinds.forEach { kind -> manager.submit(kind.key("last")) { 7 }.await() shouldBe 7 }
                }
                bodies.get() shouldBeGreaterThan 5_000
            }
        }
    })
