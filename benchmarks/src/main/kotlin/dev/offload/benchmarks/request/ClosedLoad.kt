package dev.offload.benchmarks.request

import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger

/** Clients that each send their next request when the one before has been answered. */
class ClosedLoad(side: String) {
    private val requests = Requests.named(side)

    /** Returns when so many requests have been answered, by so many clients at a time. */
    fun serve(count: Int, clients: Int) {
        val next = AtomicInteger()
        val answered = CountDownLatch(count)
        val answer =
            object : Runnable {
                override fun run() {
                    answered.countDown()
                    send()
                }

                fun send() {
                    val id = next.getAndIncrement()
                    if (id < count) requests.accept(id, this)
                }
            }
        repeat(clients) { answer.send() }
        answered.await()
    }
}
