package dev.offload.coroutines.stress

import dev.offload.OffloadKind
import dev.offload.RejectReason
import dev.offload.Submission
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.cancel
import dev.offload.coroutines.internal.job.entries
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

class ScopeEndStressSpec :
    FunSpec({
        val kind = OffloadKind.named<Any, Unit>("scope.end")

        for (ending in listOf("cancel", "shutdown")) {
            test("R8: a submission that races $ending is refused, or its job ends with the scope") {
                bounded {
                    repeat(400) { round ->
                        val manager = realManager()
                        val accepted = List(4) { submitter ->
                            async {
                                val taken = ArrayList<OffloadDeferred<Unit>>()
                                for (i in 0 until 40) {
                                    val key = kind.key("$submitter.${i % 20}")
                                    when (val answer = manager.trySubmit(key) { awaitCancellation() }) {
                                        is Submission.Rejected -> {
                                            answer.reason() shouldBe RejectReason.SCOPE_CLOSED
                                            break
                                        }

                                        else -> taken += answer.handleOrNull()!!
                                    }
                                }
                                taken
                            }
                        }
                        val end = launch {
                            repeat(round % 16) { yield() }
                            if (ending == "cancel") manager.cancel() else manager.shutdown(Duration.ZERO)
                        }
                        val handles = accepted.awaitAll().flatten()
                        withTimeout(20.seconds) {
                            end.join()
                            handles.forEach { it.join() }
                            manager.shutdown(Duration.ZERO).undying().size shouldBe 0
                        }
                        handles.any { it.jobState().isActive }.shouldBeFalse()
                        manager.shouldBeAtRest()
                        manager.entries() shouldBe 0
                    }
                }
            }
        }

        test("R8: whoever waits for the end of an idle scope is woken, however often it is ended") {
            bounded {
                repeat(500) {
                    val manager = realManager()
                    manager.submit(kind.key(1)) { yield() }
                    val ends = List(4) { launch { manager.shutdown(10.seconds) } }
                    withTimeout(9.seconds) { ends.forEach { it.join() } }
                    manager.entries() shouldBe 0
                }
            }
        }
    })
