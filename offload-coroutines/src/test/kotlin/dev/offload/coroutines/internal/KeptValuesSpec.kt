package dev.offload.coroutines.internal

import dev.offload.KeepValues
import dev.offload.coroutines.hostile.inTime
import dev.offload.coroutines.hostile.started
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean

/** What a recorder keeps, with a clock that is somebody else's. */
internal class KeptValuesSpec :
    StringSpec({
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
