package dev.offload.coroutines.internal

import dev.offload.coroutines.hostile.until
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executor
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

/** What becomes of news where there is no thread for them, and no room on the stack. */
internal class MailboxSpec :
    StringSpec({
        "R9: where there is said to be room on a stack, a thread can be made" {
            val pool = ThreadPoolExecutor(0, 1, 1, TimeUnit.MILLISECONDS, LinkedBlockingQueue())
            var failure: Throwable? = null
            repeat(10) {
                onSmallStack {
                    atEndOfStack {
                        if (!SideThreads.hasRoom()) throw StackOverflowError()
                        try {
                            pool.execute { }
                        } catch (e: Throwable) {
                            failure = e
                        }
                    }
                }
                failure.shouldBeNull()
            }
            pool.shutdown()
        }

        "R9: posts at the very end of a stack leave the mailbox open for those that come later" {
            survivesEndsOfStacks(Mailbox(SideThreads.Lane("deep")::runAside)::post)
        }

        "R9: tasks given to a lane at the very end of a stack leave it its threads" {
            survivesEndsOfStacks(SideThreads.Lane("deep")::run)
        }

        "R9, T1: limits set at the very end of a stack leave a clock its thread" {
            val timer = SystemTimer("deep")
            survivesEndsOfStacks { timer.schedule(Duration.ofNanos(1), it) }
            timer.stop()
        }

        "R9: where there is no thread to be had, who posts tells; what cannot be told then is told with the next" {
            val told = ArrayList<Int>()
            val refusing = Mailbox(Executor { throw OutOfMemoryError("no thread") })
            for (one in 1..3) refusing.post { told += one }
            told shouldContainExactly listOf(1, 2, 3)
        }

        "R9: a thread that comes although sending it failed tells nothing twice, and nothing beside another" {
            val sent = ConcurrentLinkedQueue<Runnable>()
            val told = ArrayList<Int>()
            val mailbox =
                Mailbox(
                    Executor {
                        sent += it
                        throw StackOverflowError()
                    },
                )
            for (one in 1..3) mailbox.post { told += one }
            sent.forEach(Runnable::run)
            told shouldContainExactly listOf(1, 2, 3)
        }
    })

private fun survivesEndsOfStacks(give: (Runnable) -> Unit) {
    val ran = AtomicInteger()
    repeat(20) { round ->
        onSmallStack { atEndOfStack { give {} } }
        val before = ran.get()
        give { ran.incrementAndGet() }
        until("what came after round $round ran") { ran.get() == before + 1 }
    }
}

/** Goes down to the end of the stack, and calls [action] at each depth on the way back, as long as it throws. */
private fun atEndOfStack(action: () -> Unit) {
    try {
        atEndOfStack(action)
    } catch (_: VirtualMachineError) { // as the JDK may wrap it
        action() // if that throws, it is tried with a little more room, and so with each amount of it
    }
}
