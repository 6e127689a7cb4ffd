package dev.offload.benchmarks.request

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.withContext
import kotlin.coroutines.EmptyCoroutineContext

class SingleFlightSpec :
    FunSpec({
        val flights = SingleFlight<String, Int>(CoroutineScope(SupervisorJob() + Dispatchers.Default))

        suspend fun lease(load: suspend () -> Int) = flights.lease("key", EmptyCoroutineContext, load)

        test("who comes while a run is in flight joins it; who comes later has one of his own") {
            val gate = CompletableDeferred<Int>()
            val first = lease { gate.await() }
            val second = lease { error("a second run") }
            gate.complete(1)
            first.await() shouldBe 1
            second.await() shouldBe 1
            lease { 2 }.await() shouldBe 2
        }

        test("one who leaves does not touch the others") {
            val gate = CompletableDeferred<Int>()
            val first = lease { gate.await() }
            val second = lease { error("a second run") }
            flights.drop(first)
            gate.complete(1)
            second.await() shouldBe 1
        }

        test("when the last one leaves the run is cancelled, and the next one begins when it has ended") {
            val cancelled = CompletableDeferred<Unit>()
            val gate = CompletableDeferred<Unit>()
            var ended = false
            val abandoned =
                lease {
                    try {
                        awaitCancellation()
                    } finally {
                        cancelled.complete(Unit)
                        withContext(NonCancellable) { gate.await() }
                        ended = true
                    }
                }
            flights.drop(abandoned)
            val next = async { lease { if (ended) 1 else error("overtaken") }.await() }
            gate.complete(Unit)
            next.await() shouldBe 1
        }
    })
