package dev.offload.coroutines.internal.time

import dev.offload.coroutines.hostile.until
import dev.offload.coroutines.internal.caller.tell
import dev.offload.coroutines.internal.fixture.atEndOfStack
import dev.offload.coroutines.internal.job.onSmallStack
import io.kotest.core.spec.style.StringSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainOnly
import io.kotest.matchers.shouldBe
import java.lang.ref.WeakReference
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.ThreadLocalRandom
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.concurrent.thread

internal class SystemTimerSpec :
    StringSpec({
        "T1: no task runs before its time" {
            val timer = SystemTimer("early")
            val early = ConcurrentLinkedQueue<Duration>()
            val ran = AtomicInteger()
            repeat(500) {
                val delay = Duration.ofNanos(ThreadLocalRandom.current().nextLong(30_000_000))
                val begin = System.nanoTime()
                timer.schedule(delay) {
                    if (System.nanoTime() - begin < delay.toNanos()) early += delay
                    ran.incrementAndGet()
                }
            }
            until("all have run") { ran.get() == 500 }
            early.toList().shouldBeEmpty()
            timer.stop()
        }

        "T1: a task that is due before all others wakes the clock" {
            val timer = SystemTimer("sleeping")
            repeat(20) { round ->
                timer.schedule(Duration.ofHours(20L - round)) {}
                val ran = AtomicInteger()
                timer.schedule(Duration.ofMillis(1), ran::incrementAndGet)
                until("the task of round $round runs") { ran.get() == 1 }
            }
            timer.stop()
        }

        for ((what, idle) in mapOf("sleep" to Duration.ofHours(1), "leave" to Duration.ofNanos(1_000))) {
            "T1: an entry that comes as the clock is about to $what is not overlooked" {
                val ends = AtomicInteger()
                List(2) {
                    thread(isDaemon = true) {
                        val timer = SystemTimer("about to $what", idle.toNanos())
                        val ran = AtomicInteger()
                        repeat(1_500) { round ->
                            timer.schedule(Duration.ofNanos(1), ran::incrementAndGet)
                            until("the task of round $round runs") { ran.get() > round }
                            repeat(ThreadLocalRandom.current().nextInt(100)) { Thread.onSpinWait() }
                        }
                        timer.stop()
                        ends.incrementAndGet()
                    }
                }.forEach(Thread::join)
                ends.get() shouldBe 2
            }
        }

        for (idle in listOf(100_000L, 3_600_000_000_000)) {
            "T1: tasks of many threads run once, or were taken back; the clock stays for $idle ns" {
                val timer = SystemTimer("storm", idle)
                val tasks = 40_000
                val threads = 4
                val runs = AtomicIntegerArray(tasks)
                val takenBack = ConcurrentLinkedQueue<Int>()
                List(threads) { number ->
                    thread {
                        val random = ThreadLocalRandom.current()
                        for (task in number until tasks step threads) {
                            val isFar = random.nextInt(3) == 0
                            val delay = if (isFar) Duration.ofHours(1) else Duration.ofNanos(random.nextLong(3_000_000))
                            val timed = timer.schedule(delay) { runs.incrementAndGet(task) }
                            if (isFar) {
                                if (random.nextBoolean()) Thread.yield()
                                timed.cancel()
                                takenBack += task
                            }
                            // So that the clock has gone now and then, or is about to.
                            if (random.nextInt(50) == 0) until("a moment is over") { random.nextInt(2_000) == 0 }
                        }
                    }
                }.forEach(Thread::join)
                val expected = List(tasks) { 1 }.toMutableList().also { takenBack.forEach { task -> it[task] = 0 } }
                until("all others have run") { (0 until tasks).sumOf(runs::get) >= tasks - takenBack.size }
                List(tasks, runs::get) shouldBe expected
                timer.stop()
            }
        }

        "R9, T1: a limit set at the very end of a stack touches none that was set before" {
            val rounds = 60
            val each = 20
            repeat(rounds) { round ->
                val timer = SystemTimer("deep")
                val ran = AtomicInteger()
                val ranThough = AtomicInteger()
                val takenBack =
                    List(each) {
                        timer.schedule(Duration.ofMillis(50), ran::incrementAndGet)
                        timer.schedule(Duration.ofHours(1), ranThough::incrementAndGet)
                    }
                val beforeOthers = round % 2 == 0
                onSmallStack {
                    atEndOfStack { timer.schedule(if (beforeOthers) Duration.ofMillis(1) else Duration.ofHours(2)) {} }
                }
                val end = thread(isDaemon = true) { takenBack.forEach(OffloadTimer.Task::cancel) }
                until("who takes limits back in round $round does not wait") { !end.isAlive }
                until("the limits of round $round end") { ran.get() == each }
                ranThough.get() shouldBe 0
                timer.stop()
            }
        }

        "R9, T1: a limit taken back at the very end of a stack touches no other" {
            repeat(60) { round ->
                val timer = SystemTimer("deep")
                val ran = AtomicInteger()
                onSmallStack {
                    atEndOfStack {
                        val limit = timer.schedule(Duration.ofHours(1)) {}
                        atEndOfStack(limit::cancel)
                    }
                }
                timer.schedule(Duration.ofMillis(1), ran::incrementAndGet)
                until("the limit of round $round ends") { ran.get() == 1 }
                timer.stop()
            }
        }

        "T1: what was taken back takes no room for long, and its task none at all" {
            val timer = SystemTimer("room", Duration.ofHours(1).toNanos())
            fun takeBack(): Pair<WeakReference<*>, WeakReference<*>> {
                val runs = AtomicInteger()
                val task = Runnable(runs::incrementAndGet)
                val timed = timer.schedule(Duration.ofHours(1), task)
                timed.cancel()
                return WeakReference(timed) to WeakReference(task)
            }
            val first = List(1_000) { takeBack() }
            repeat(10_000) { takeBack() }
            until("they are gone") {
                System.gc()
                first.all { (timed, task) -> timed.get() == null && task.get() == null }
            }
            timer.stop()
        }

        for (isPlaced in listOf(false, true)) {
            "T1: who holds a limit that was taken back does not hold its task, placed = $isPlaced" {
                val queue = TimerQueue({}, {})
                fun add(): Pair<OffloadTimer.Task, WeakReference<Runnable>> {
                    val runs = AtomicInteger()
                    val task = Runnable(runs::incrementAndGet)
                    return queue.add(1, task) to WeakReference(task)
                }
                val (timed, task) = add()
                if (isPlaced) queue.takeIn()
                timed.cancel()
                until("the task is gone") {
                    System.gc()
                    task.get() == null
                }
                queue.takeIn() shouldBe TimerWheel.NEVER
            }
        }

        "T1: a limit that is taken back just as it is due touches no other of its time" {
            val ran = AtomicInteger()
            val queue = TimerQueue({}, Runnable::run)
            val timed = queue.add(5) { ran.addAndGet(100) }
            queue.takeIn()
            timed.cancel()
            queue.giveOut(5)
            queue.add(5, ran::incrementAndGet)
            queue.takeIn()
            queue.giveOut(5)
            ran.get() shouldBe 1
        }

        "R9: the clock goes when there is nothing to do, or when it is stopped" {
            val idle = SystemTimer("goes", 100_000)
            val stopped = SystemTimer("stopped")
            val ran = AtomicInteger()
            repeat(50) {
                idle.schedule(Duration.ofNanos(1), ran::incrementAndGet)
                stopped.schedule(Duration.ofHours(1), ran::incrementAndGet)
            }
            until("all have run") { ran.get() == 50 }
            idle.schedule(Duration.ofHours(1)) {}.cancel()
            stopped.stop()
            until("no clock is left") { clocks("goes").isEmpty() && clocks("stopped").isEmpty() }
            stopped.schedule(Duration.ofNanos(1), ran::incrementAndGet)
            clocks("stopped") shouldBe emptyMap()
            idle.schedule(Duration.ofNanos(1), ran::incrementAndGet)
            until("a clock comes again") { ran.get() == 51 }
            idle.stop()
        }

        "T1: delays of any length are taken" {
            val timer = SystemTimer("long")
            val ran = ConcurrentLinkedQueue<String>()
            timer.schedule(Duration.ofSeconds(Long.MAX_VALUE)) { ran += "never" }
            timer.schedule(Duration.ofNanos(Long.MAX_VALUE)) { ran += "after 292 years" }
            timer.schedule(Duration.ZERO) { ran += "now" }
            until("one runs") { ran.isNotEmpty() }
            ran.toList().shouldContainOnly("now")
            timer.stop()
        }
    })

/** Threads that tell the time, beside those to which it hands over. */
private fun clocks(name: String) = Thread.getAllStackTraces().filter { (thread, stack) ->
    thread.name == name && stack.any { it.className == SystemTimer::class.java.name }
}
