package dev.offload.coroutines.internal.threads

import dev.offload.coroutines.internal.fixture.atEndsOfStacks
import dev.offload.coroutines.internal.fixture.survivesEndsOfStacks
import dev.offload.coroutines.internal.time.SystemTimer
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

/** What becomes of news, tasks and limits where there is no thread for them, and no room on the stack. */
internal class SerialQueueSpec :
    StringSpec({
        "R9: posts at the very end of a stack leave the queue open for those that come later" {
            survivesEndsOfStacks(SerialQueue(SidePool("deep")::runAside)::post)
        }

        "R9: tasks given to a pool at the very end of a stack leave it all its threads" {
            val lane = SidePool("deep")
            atEndsOfStacks(lane::runAside) {}
            val begun = CountDownLatch(SidePool.MOST)
            repeat(SidePool.MOST) {
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
                SidePool("deep").submit {
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

        "R9: where there is no thread to be had, who posts tells; what cannot be told then is told with the next" {
            val told = ArrayList<Int>()
            val refusing = SerialQueue(Executor { throw OutOfMemoryError("no thread") })
            for (one in 1..3) refusing.post { told += one }
            told shouldContainExactly listOf(1, 2, 3)
        }

        for (failure in listOf(OutOfMemoryError(), StackOverflowError())) {
            "R9: a thread that comes although sending it failed tells nothing twice, nothing beside another: $failure" {
                val sent = ConcurrentLinkedQueue<Runnable>()
                val told = ArrayList<Int>()
                var fails = true
                val mailbox =
                    SerialQueue(
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
