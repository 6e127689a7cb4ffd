package dev.offload.benchmarks.settings

import io.kotest.core.spec.style.FunSpec

class QueueSpec :
    FunSpec({
        for ((name, makeQueue) in mapOf("a limit" to ::LimitedQueue, "a semaphore" to ::SemaphoreQueue)) {
            test("what passes through a queue of $name comes to its end, again and again") {
                for (queued in listOf(0, 100)) {
                    val queue = makeQueue()
                    queue.fill(queued)
                    repeat(3) { queue.pass(500) }
                }
            }
        }
    })
