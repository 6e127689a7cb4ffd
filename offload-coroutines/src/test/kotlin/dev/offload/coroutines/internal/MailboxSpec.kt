package dev.offload.coroutines.internal

import dev.offload.coroutines.hostile.until
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executor
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.atomic.AtomicInteger

/** What becomes of news where there is no thread for them, and no room on the stack. */
internal class MailboxSpec :
    StringSpec({
        "R9: posts at the very end of a stack leave the mailbox open for those that come later" {
            val mailbox = Mailbox(SideThreads.Lane("deep")::runAside)
            val told = AtomicInteger()
            repeat(300) { round ->
                onSmallStack { fill { mailbox.post { } } }
                val before = told.get()
                mailbox.post { told.incrementAndGet() }
                until("news of round $round are told") { told.get() == before + 1 }
            }
        }

        "R9: tasks given to a lane at the very end of a stack leave it its threads" {
            val lane = SideThreads.Lane("deep lane")
            val pool = privateField<ThreadPoolExecutor>(lane, "threads")
            val ran = AtomicInteger()
            repeat(300) { round ->
                onSmallStack { fill { lane.run { } } }
                val before = ran.get()
                lane.run { ran.incrementAndGet() }
                until("the task of round $round ran") { ran.get() == before + 1 }
            }
            until("each thread that is counted is there") {
                pool.poolSize == Thread.getAllStackTraces().keys.count { it.name == "deep lane" }
            }
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

/** Goes down to the end of the stack, and calls [action] at each depth on the way back, as long as it throws. */
private fun fill(action: () -> Unit) {
    try {
        fill(action)
    } catch (_: VirtualMachineError) { // as the JDK may wrap it
        action() // if that throws, it is tried with a little more room, and so with each amount of it
    }
}
