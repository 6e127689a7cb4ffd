package dev.offload.coroutines

import dev.offload.OffloadTimeoutException
import dev.offload.coroutines.internal.dispatch.DispatcherTimer
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.resetMain
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.test.setMain
import kotlinx.coroutines.withContext
import java.util.concurrent.Executor
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes

/** T1: limits follow the clock of the dispatcher on which the body runs, where that is virtual. */
class VirtualClockSpec :
    FunSpec({
        afterTest { Dispatchers.resetMain() }

        val virtual: Map<String, TestScope.() -> CoroutineDispatcher> = mapOf(
            "a test dispatcher" to { StandardTestDispatcher(testScheduler) },
            "an unconfined test dispatcher" to { UnconfinedTestDispatcher(testScheduler) },
            "a view of a test dispatcher" to { StandardTestDispatcher(testScheduler).limitedParallelism(1) },
            "a named view of a view" to {
                StandardTestDispatcher(testScheduler).limitedParallelism(4, "a").limitedParallelism(2, "b")
            },
            "Dispatchers.Main set by a test" to {
                Dispatchers.setMain(StandardTestDispatcher(testScheduler))
                Dispatchers.Main
            },
            "its immediate one" to {
                Dispatchers.setMain(StandardTestDispatcher(testScheduler))
                Dispatchers.Main.immediate
            },
            "a view of it" to {
                Dispatchers.setMain(StandardTestDispatcher(testScheduler))
                Dispatchers.Main.limitedParallelism(1)
            },
        )

        for ((which, make) in virtual) {
            test("T1: on $which a limit is told by its clock") {
                runTest {
                    val manager = OffloadManager(context = make())
                    manager.shouldLimit(this)
                    manager.cancel()
                }
            }

            test("T1: for one submission on $which, too") {
                runTest {
                    val manager = OffloadManager()
                    val job = manager.submit(LOAD.key(1), timeout = LIMIT, context = make()) { awaitCancellation() }
                    shouldThrow<OffloadTimeoutException> { job.await() }
                    currentTime shouldBe AN_HOUR
                    manager.cancel()
                }
            }

            test("T1: in a scope whose caller runs on $which, whatever the manager's time is") {
                runTest {
                    val manager = OffloadManager()
                    withContext(make()) { manager.scope("request") { shouldLimit(this@runTest) } }
                    manager.cancel()
                }
            }

            test("W4: on $which a wait by key ends by its clock, and so do stored values") {
                runTest {
                    val map = WaitMap<Int, String>("map", early = EarlyWakes(10, 1.hours), context = make())
                    withContext(make()) { shouldThrow<OffloadTimeoutException> { map.await(1, 1.hours) } }
                    currentTime shouldBe AN_HOUR
                    map.wake(2, "early")
                    advanceTimeBy(1.hours + 1.minutes)
                    withContext(make()) { shouldThrow<OffloadTimeoutException> { map.await(2, 1.minutes) } }
                }
            }
        }

        val real: Map<String, () -> CoroutineDispatcher> = mapOf(
            "Dispatchers.Default" to { Dispatchers.Default },
            "a view of Dispatchers.Default" to { Dispatchers.Default.limitedParallelism(2) },
            "a named view of Dispatchers.IO" to { Dispatchers.IO.limitedParallelism(2, "io") },
            "an executor" to { Executor { it.run() }.asCoroutineDispatcher() },
            "Dispatchers.Main set to a real one" to {
                Dispatchers.setMain(Dispatchers.Default)
                Dispatchers.Main
            },
        )

        for ((which, make) in real) {
            test("T1: $which is no clock of a test") {
                DispatcherTimer.of(make()).shouldBeNull()
            }
        }

        test("T1: no dispatcher is no clock of a test") {
            DispatcherTimer.of(EmptyCoroutineContext).shouldBeNull()
        }

        test("T1: Dispatchers.Main is looked at when it is needed, since a test sets it after the manager was made") {
            val manager = OffloadManager()
            DispatcherTimer.of(Dispatchers.Main).shouldBeNull()
            runTest {
                Dispatchers.setMain(StandardTestDispatcher(testScheduler))
                DispatcherTimer.of(Dispatchers.Main).shouldNotBeNull()
                val job = manager.submit(LOAD.key(1), timeout = LIMIT, context = Dispatchers.Main) {
                    awaitCancellation()
                }
                shouldThrow<OffloadTimeoutException> { job.await() }
                currentTime shouldBe AN_HOUR
            }
            manager.cancel()
        }

        test("T1: a body in the time of a test is asked to stop on its thread: that time would go on meanwhile") {
            runTest {
                val manager = OffloadManager()
                var asked: Thread? = null
                manager.scope("request") {
                    val job = submit(LOAD.key(1), timeout = LIMIT) {
                        suspendCancellableCoroutine { it.invokeOnCancellation { asked = Thread.currentThread() } }
                    }
                    shouldThrow<OffloadTimeoutException> { job.await() }
                    asked shouldBe Thread.currentThread()
                }
                currentTime shouldBe AN_HOUR
                manager.cancel()
            }
        }

        test("T1: asking a clock leaves nothing behind in it") {
            runTest {
                val view = StandardTestDispatcher(testScheduler).limitedParallelism(1)
                repeat(100) { DispatcherTimer.of(view).shouldNotBeNull() }
                withContext(view) { delay(1.minutes) }
                testScheduler.advanceUntilIdle()
                currentTime shouldBe 1.minutes.inWholeMilliseconds
            }
        }
    })

private val LIMIT = TimeoutPolicy(cancelAfter = 1.hours)
private val AN_HOUR = 1.hours.inWholeMilliseconds

private suspend fun OffloadScope.shouldLimit(test: TestScope) {
    val before = test.currentTime
    val job = submit(LOAD.key(1), timeout = LIMIT) { awaitCancellation() }
    shouldThrow<OffloadTimeoutException> { job.await() }
    test.currentTime - before shouldBe AN_HOUR
}
