package dev.offload.coroutines.internal.recorder

import dev.offload.KeepValues
import dev.offload.OffloadKind
import dev.offload.coroutines.hostile.inTime
import dev.offload.coroutines.hostile.started
import dev.offload.coroutines.internal.job.ByHandBody
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.job.scopeByHand
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean

/** What a recorder keeps, with a clock that is somebody else's. */
internal class KeptValuesSpec :
    StringSpec({
        "a value that is too old is let go with the next success" {
            var now = 0L
            val kept = KeptValues(KeepValues.of(10, Duration.ofSeconds(1))) { now }
            val old = kept.success(job()).also(kept::add)
            now = SECOND
            kept.add(kept.success(job()))
            old.job().shouldNotBeNull()
            now++
            kept.add(kept.success(job()))
            old.job().shouldBeNull()
        }

        "a value too many is let go, the oldest first" {
            val kept = KeptValues(KeepValues.of(2, Duration.ofSeconds(1))) { 0L }
            val all = List(3) { kept.success(job()).also(kept::add) }
            all.map { it.job() == null } shouldBe listOf(true, false, false)
        }

        "a success that is no more lets its value go at once" {
            val kept = KeptValues(KeepValues.of(2, Duration.ofSeconds(1))) { 0L }
            val dropped = kept.success(job()).also(kept::add)
            kept.jobOf(dropped).shouldNotBeNull()
            dropped.letGo()
            kept.jobOf(dropped).shouldBeNull()
        }

        "R9: a clock that blocks holds up the success that asked it, and no other" {
            val blocks = AtomicBoolean()
            val asked = CountDownLatch(1)
            val go = CountDownLatch(1)
            val kept = KeptValues(KeepValues.of(10, Duration.ofSeconds(1))) {
                if (blocks.getAndSet(false)) {
                    asked.countDown()
                    go.await(20, TimeUnit.SECONDS)
                }
                0L
            }
            val first = kept.success(null)
            val second = kept.success(null)
            blocks.set(true)
            val slow = started { kept.add(first) }
            asked.await(20, TimeUnit.SECONDS) shouldBe true
            inTime("another success") { kept.add(second) }
            slow.isDone shouldBe false
            go.countDown()
            slow.inTime("the success whose clock blocked")
        }
    })

private const val SECOND = 1_000_000_000L

private val KIND = OffloadKind.named<Any, String>("kept")

private fun job(): JobCell<String> = scopeByHand().submissions().submit(KIND.key(1), null, null, ByHandBody()).taken()

/** What is in memory, whatever is told of it. */
private fun KeptValues.Success.job(): JobCell<*>? = job
