package dev.offload.coroutines.stress

import dev.offload.JobState
import dev.offload.OffloadKind
import dev.offload.OffloadTimeoutException
import dev.offload.coroutines.TimeoutPolicy
import dev.offload.coroutines.joinAll
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.awaitCancellation
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.milliseconds

class BlockedDispatcherStressSpec :
    FunSpec({
        test("T1: limits strike although the only thread of the dispatcher is blocked") {
            Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { single ->
                bounded {
                    val manager = realManager(single)
                    val kind = OffloadKind.named<Any, Any>("limited")
                    val limit = TimeoutPolicy(cancelAfter = 20.milliseconds)
                    val release = CountDownLatch(1)
                    // The last one to begin blocks the thread until all have their answer, itself too.
                    val jobs = List(100) {
                        manager.submit(kind.key(it), timeout = limit) {
                            if (it == 99) release.await(50, TimeUnit.SECONDS) else awaitCancellation()
                        }
                    }
                    try {
                        for (job in jobs) shouldThrow<OffloadTimeoutException> { job.await() }
                    } finally {
                        release.countDown()
                    }
                    manager.joinAll()
                    release.count shouldBe 0
                    jobs.map { it.jobState() }.toSet() shouldBe setOf(JobState.CANCELLED)
                    manager.shouldBeAtRest()
                }
            }
        }
    })
