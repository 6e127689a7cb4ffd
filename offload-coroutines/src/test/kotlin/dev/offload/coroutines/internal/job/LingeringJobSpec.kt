package dev.offload.coroutines.internal.job

import dev.offload.AbandonPolicy
import dev.offload.CancelReason
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.time.OffloadTimer
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.shouldBe
import java.time.Duration

/** What only a clock that fails shows. */
internal class LingeringJobSpec :
    StringSpec({
        "R9, L1: where the clock fails a job does not linger: it is cancelled when its last holder leaves" {
            val failing = object : OffloadTimer {
                override fun isVirtual() = true

                override fun schedule(delay: Duration, task: Runnable): OffloadTimer.Task = error("no thread to be had")
            }
            val kind = OffloadKind.named<Any, String>("linger")
            val lingers = KindPolicy.unset().withAbandon(AbandonPolicy.linger(Duration.ofSeconds(5)))
            val scope = scopeByHand(failing, OffloadConfig.builder().kind(kind, lingers).build())
            val job = scope.submissions().call(kind.key(1), null, null, ByHandBody()).taken()
            job.begin() shouldBe true
            job.dropLease()
            job.state() shouldBe JobState.CANCELLING
            job.snapshot().cancelReason() shouldBe CancelReason.ABANDONED
        }
    })
