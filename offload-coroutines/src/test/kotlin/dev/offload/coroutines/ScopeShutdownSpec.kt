package dev.offload.coroutines

import dev.offload.JobState
import dev.offload.ScopeClosedException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.withContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

class ScopeShutdownSpec :
    FunSpec({
        test("S1: open scopes go on during the grace and use every verb; outsiders are refused") {
            managerTest { manager ->
                val go = CompletableDeferred<Unit>()
                val request =
                    async {
                        manager.scope("request") {
                            go.await()
                            spawn("audit") {}
                            val shared = share(LOAD.key(1)) { "shared" }.await()
                            val called = call(LOAD.key(2)) { "called" }
                            val below = scope("below") { submit(LOAD.key(3)) { "below" }.await() }
                            shared + called + below + submit(LOAD.key(4)) { "own" }.await()
                        }
                    }
                runCurrent()
                val shutdown = async { manager.shutdown(10.seconds) }
                runCurrent()
                shouldThrow<ScopeClosedException> { manager.submit(LOAD.key(9)) { "" } }
                shouldThrow<ScopeClosedException> { manager.scope("late") {} }
                shouldThrow<ScopeClosedException> { manager.openScope("late") }
                go.complete(Unit)
                request.await() shouldBe "sharedcalledbelowown"
                val report = shutdown.await()
                report.isClean shouldBe true
                report.cancelled() shouldBe 0
                report.finished() shouldBe 5
            }
        }

        test("S1: bodies of running jobs go on during the grace and may submit, share and open scopes") {
            managerTest { manager ->
                val go = CompletableDeferred<Unit>()
                val job =
                    manager.submit(COUNT.key(1)) {
                        go.await()
                        val owned = manager.submit(COUNT.key(2)) { 1 }.await()
                        owned + manager.call(COUNT.key(3)) { 1 } + manager.scope("inside") { 1 }
                    }
                runCurrent()
                val shutdown = async { manager.shutdown(10.seconds) }
                runCurrent()
                go.complete(Unit)
                job.await() shouldBe 3
                shutdown.await().isClean shouldBe true
            }
        }

        test("S1: a manager that has ended takes nothing, also not from what was inside") {
            managerTest { manager ->
                manager.shutdown(Duration.ZERO)
                shouldThrow<ScopeClosedException> { manager.share(LOAD.key(1)) { "" } }
                shouldThrow<ScopeClosedException> { manager.spawn("late") {} }
            }
        }

        test("S1: after the grace scopes are ended as closed, and their jobs cancelled") {
            managerTest { manager ->
                lateinit var job: OffloadDeferred<String>
                val request =
                    async {
                        runCatching {
                            manager.scope("request") {
                                job = submit(LOAD.key(1)) { awaitCancellation() }
                                job.await()
                            }
                        }.exceptionOrNull()
                    }
                runCurrent()
                val report = manager.shutdown(1.seconds)
                report.cancelled() shouldBe 1
                report.isClean shouldBe true
                request.await()!!::class shouldBe ScopeClosedException::class
                job.jobState() shouldBe JobState.CANCELLED
            }
        }

        test("S1: the report names bodies that would not die, and the scopes left open") {
            managerTest { manager ->
                val release = CompletableDeferred<Unit>()
                launch {
                    runCatching {
                        manager.scope("request") {
                            submit(LOAD.key(1)) { withContext(NonCancellable) { release.await() }.let { "" } }
                        }
                    }
                }
                runCurrent()
                val report = manager.shutdown(1.seconds, kill = 2.seconds)
                report.undying().single().label() shouldBe "Keyed(user.load)"
                report.openScopes().single().name() shouldBe "request"
                report.isClean shouldBe false
                release.complete(Unit)
                delay(1.seconds)
                manager.shutdown(Duration.ZERO).openScopes().shouldBeEmpty()
            }
        }
    })
