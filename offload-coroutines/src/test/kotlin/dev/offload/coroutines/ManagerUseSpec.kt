package dev.offload.coroutines

import dev.offload.JobState
import dev.offload.ScopeClosedException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlin.time.Duration.Companion.seconds

class ManagerUseSpec :
    FunSpec({
        fun TestScope.manager() = OffloadManager(context = StandardTestDispatcher(testScheduler))

        test("S1: use answers what its block does, after what still ran had its grace") {
            runTest {
                val manager = manager()
                lateinit var job: OffloadDeferred<String>
                manager.use(grace = 5.seconds) {
                    job = it.submit(LOAD.key(1)) { delay(2.seconds).let { "value" } }
                    42
                } shouldBe 42
                currentTime shouldBe 2_000
                job.await() shouldBe "value"
                shouldThrow<ScopeClosedException> { manager.submit(LOAD.key(1)) { "late" } }
            }
        }

        test("S1: use shuts down whatever its block throws, and throws that") {
            runTest {
                val manager = manager()
                val failure = IllegalStateException("of the block")
                lateinit var job: OffloadDeferred<String>
                runCatching {
                    manager.use(grace = 1.seconds) {
                        job = it.submit(LOAD.key(1)) { awaitCancellation() }
                        throw failure
                    }
                }.exceptionOrNull() shouldBeSameInstanceAs failure
                currentTime shouldBe 1_000
                job.jobState() shouldBe JobState.CANCELLED
            }
        }

        test("S1: use gives the grace also if its caller is cancelled") {
            runTest {
                val first = manager()
                lateinit var job: OffloadDeferred<String>
                val caller = launch {
                    first.use(grace = 5.seconds) {
                        job = it.submit(LOAD.key(1)) { delay(2.seconds).let { "value" } }
                        awaitCancellation()
                    }
                }
                runCurrent()
                caller.cancel()
                caller.join()
                currentTime shouldBe 2_000
                job.await() shouldBe "value"
            }
        }

        test("use refuses a negative time before its block has run") {
            runTest {
                var ran = false
                shouldThrow<IllegalArgumentException> { manager().use(grace = (-1).seconds) { ran = true } }
                shouldThrow<IllegalArgumentException> { manager().use(1.seconds, kill = (-1).seconds) { ran = true } }
                ran shouldBe false
            }
        }
    })
