package dev.offload.coroutines.internal

import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.coroutines.hostile.until
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.thread
import kotlin.concurrent.withLock

/** What becomes of news, tasks and limits where there is no thread for them, and no room on the stack. */
internal class MailboxSpec :
    StringSpec({
        "R9: posts at the very end of a stack leave the mailbox open for those that come later" {
            survivesEndsOfStacks(Mailbox(SideThreads.Lane("deep")::runAside)::post)
        }

        "R9: tasks given to a lane at the very end of a stack leave it all its threads" {
            val lane = SideThreads.Lane("deep")
            atEndsOfStacks(lane::runAside) {}
            val begun = CountDownLatch(SideThreads.MOST)
            repeat(SideThreads.MOST) {
                lane.run {
                    begun.countDown()
                    begun.await(60, TimeUnit.SECONDS)
                }
            }
            begun.await(60, TimeUnit.SECONDS) shouldBe true
        }

        "R9: a task that was handed over and is run in place, too, as nobody knows, runs once" {
            val begun = CountDownLatch(1)
            val runs = AtomicInteger()
            val task =
                SideThreads.Lane("deep").submit {
                    runs.incrementAndGet()
                    begun.countDown()
                }
            begun.await(60, TimeUnit.SECONDS) shouldBe true
            task.run()
            runs.get() shouldBe 1
        }

        "R9, T1: limits set at the very end of a stack leave a clock its thread" {
            val timer = SystemTimer("deep")
            survivesEndsOfStacks { timer.schedule(Duration.ofNanos(1), it) }
            timer.stop()
        }

        "R9: steps told at the very end of a stack leave a feed open for those that come later" {
            val feed = TaskFeed<Runnable>()
            feed.watch { (it as TaskEvent.Moved).id().run() }
            survivesEndsOfStacks {
                feed.add(it, TaskState.NOT_FOUND, TaskState.WORKING)
                feed.tell()
            }
        }

        "R9: where there is no thread to be had, who posts tells; what cannot be told then is told with the next" {
            val told = ArrayList<Int>()
            val refusing = Mailbox(Executor { throw OutOfMemoryError("no thread") })
            for (one in 1..3) refusing.post { told += one }
            told shouldContainExactly listOf(1, 2, 3)
        }

        for (failure in listOf(OutOfMemoryError(), StackOverflowError())) {
            "R9: a thread that comes although sending it failed tells nothing twice, nothing beside another: $failure" {
                val sent = ConcurrentLinkedQueue<Runnable>()
                val told = ArrayList<Int>()
                var fails = true
                val mailbox =
                    Mailbox(
                        Executor {
                            sent += it
                            if (fails) throw failure
                        },
                    )
                for (one in 1..3) mailbox.post { told += one }
                fails = false
                mailbox.post { told += 4 }
                sent.forEach(Runnable::run)
                told shouldContainExactly listOf(1, 2, 3, 4)
            }
        }
    })

private fun survivesEndsOfStacks(give: (Runnable) -> Unit) {
    val ran = AtomicInteger()
    atEndsOfStacks(give) { round ->
        val before = ran.get()
        give { ran.incrementAndGet() }
        until("what came after round $round ran") { ran.get() == before + 1 }
    }
}

/**
 * Gives something at the end of a hundred stacks. And before that, on whole ones, by two threads at once: a class of the JDK
 * that is used for the first time where a stack ends is lost to its JVM.
 */
private fun atEndsOfStacks(give: (Runnable) -> Unit, after: (Int) -> Unit) {
    List(2) { thread { repeat(1_000) { give {} } } }.forEach(Thread::join)
    val lock = ReentrantLock().apply { lock() }
    val waiting = thread { lock.withLock {} }
    until("a thread waits for a lock") { lock.hasQueuedThreads() }
    lock.unlock()
    waiting.join()
    repeat(100) { round ->
        onSmallStack { atEndOfStack { give {} } }
        after(round)
    }
}
