package dev.offload.coroutines

import dev.offload.coroutines.internal.time.TimerView
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.IOException
import java.time.Duration.ofMillis
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/** E3: failures of the manager's jobs that nobody asks for. */
class UnseenFailureSpec :
    FunSpec({
        test("E3: a failure of a job of the manager is reported when nobody has asked for ten seconds, once") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                manager.submit(LOAD.key(1)) { throw IOException("on purpose") }
                delay(9_999)
                listener.unobserved() shouldBe 0
                delay(1)
                listener.unobserved() shouldBe 1
                delay(1.minutes)
                manager.shutdown(Duration.ZERO)
                listener.unobserved() shouldBe 1
            }
        }

        test("E3: who asks in time has seen it, though the body failed before; the time can be set") {
            val listener = RecordingListener()
            val config = OffloadConfig { unobservedReportAfter(ofMillis(100)) }
            managerTest(config, listener) { manager ->
                val asked = manager.share(LOAD.key(1)) { throw IOException("on purpose") }
                val late = manager.submit(LOAD.key(2)) { throw IOException("on purpose") }
                delay(99.milliseconds)
                shouldThrow<IOException> { asked.await() }
                delay(1.milliseconds)
                listener.unobserved() shouldBe 1
                shouldThrow<IOException> { late.await() }
                delay(1.minutes)
                listener.unobserved() shouldBe 1
            }
        }

        test("E3: of spawned work, which nobody can ask for, a failure is reported at once") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                manager.scope("request") {
                    spawn("audit") { throw IOException("on purpose") }
                    delay(1.milliseconds)
                    listener.unobserved() shouldBe 1
                }
                manager.shutdown(Duration.ZERO)
                listener.unobserved() shouldBe 1
            }
        }

        test("E3: what has not been asked for when the manager ends is reported then") {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val asked = manager.submit(LOAD.key(1)) { throw IOException("on purpose") }
                manager.submit(LOAD.key(2)) { throw IOException("on purpose") }
                shouldThrow<IOException> { asked.await() }
                delay(1.seconds)
                manager.shutdown(1.minutes)
                listener.unobserved() shouldBe 1
            }
        }

        test("E3: whoever waits at once is told of by no report: 20,000 bodies that fail before the wait") {
            val listener = RecordingListener()
            val manager = OffloadManager(listener = listener)
            withContext(Dispatchers.Default) {
                withTimeout(1.minutes) {
                    List(4) { part ->
                        async {
                            repeat(5_000) { n ->
                                val handle = manager.submit(LOAD.key("$part $n")) { throw IOException("on purpose") }
                                shouldThrow<IOException> { handle.await() }
                            }
                        }
                    }.awaitAll()
                }
            }
            manager.shutdown(Duration.ZERO).isClean shouldBe true
            listener.events.filter { it.startsWith("unobserved") }.shouldBeEmpty()
            TimerView(manager).entries shouldBe 0
        }

        test(
            "E3, R10: ten thousand failures are kept for who may ask; of more the oldest are reported, asked ones go first",
        ) {
            val listener = RecordingListener()
            managerTest(listener = listener) { manager ->
                val go = CompletableDeferred<Unit>()
                val all =
                    List(10_000) { manager.submit(LOAD.key(it)) { go.await().let { throw IOException("on purpose") } } }
                go.complete(Unit)
                all.forEach { shouldThrow<IOException> { it.await() } }
                val unasked = List(10_000) { manager.submit(LOAD.key(it)) { throw IOException("on purpose") } }
                testScheduler.runCurrent()
                listener.unobserved() shouldBe 0
                repeat(3) { manager.submit(LOAD.key(it)) { throw IOException("on purpose") } }
                testScheduler.runCurrent()
                listener.unobserved() shouldBe 3
                unasked.forEach { shouldThrow<IOException> { it.await() } }
                delay(1.minutes)
                listener.unobserved() shouldBe 6
            }
        }
    })

private fun RecordingListener.unobserved() = count("unobserved")
