package dev.offload.coroutines.stress

import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.coroutines.find
import dev.offload.coroutines.internal.job.linkedWaiters
import dev.offload.coroutines.joinAll
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope

/** 20,000 who wait for one long job and go again. None of them may stay linked to it. */
class ManyWaitersStressSpec :
    FunSpec({
        val kind = OffloadKind.named<Any, String>("waiters")

        test("L2: awaiting coroutines that are cancelled leave nothing behind, and the handle can be awaited again") {
            bounded {
                val manager = realManager()
                val go = CompletableDeferred<String>()
                val handle = manager.submit(kind.key(1)) { go.await() }
                List(4) {
                    launch {
                        repeat(WAITERS / 4) {
                            launch(start = CoroutineStart.UNDISPATCHED) { handle.await() }.cancelAndJoin()
                        }
                    }
                }.joinAll()
                handle.linkedWaiters() shouldBeLessThan LINKED
                go.complete("done")
                handle.await() shouldBe "done"
            }
        }

        test("L1: leases that are dropped while they are awaited leave nothing behind") {
            bounded {
                val manager = realManager()
                val go = CompletableDeferred<String>()
                val first = manager.share(kind.key(1)) { go.await() }
                List(4) {
                    launch {
                        repeat(WAITERS / 4) {
                            val handle = manager.share(kind.key(1)) { error("joined") }
                            supervisorScope {
                                val answer = async(start = CoroutineStart.UNDISPATCHED) { handle.await() }
                                handle.cancel() shouldBe true
                                shouldThrow<OffloadCancelledException> { answer.await() }
                            }
                        }
                    }
                }.joinAll()
                first.linkedWaiters() shouldBeLessThan LINKED
                manager.find(kind.key(1))!!.leases() shouldBe 1
                go.complete("done")
                first.await() shouldBe "done"
            }
        }

        test("L1: calls that are cancelled, and joins, leave nothing behind") {
            bounded {
                val manager = realManager()
                val go = CompletableDeferred<String>()
                val first = manager.share(kind.key(1)) { go.await() }
                repeat(WAITERS) {
                    val call = launch(start = CoroutineStart.UNDISPATCHED) {
                        if (it % 2 == 0) manager.call(kind.key(1)) { error("joined") } else manager.joinAll()
                    }
                    call.cancelAndJoin()
                }
                first.linkedWaiters() shouldBeLessThan LINKED
                manager.find(kind.key(1))!!.leases() shouldBe 1
                go.complete("done")
                first.await() shouldBe "done"
            }
        }
    })

private const val WAITERS = 20_000

/** A sweep comes after 32 have gone, or as many as it left; four at once may each add a few. */
private const val LINKED = 200
