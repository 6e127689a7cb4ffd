package dev.offload.coroutines.internal.time

import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.hostile.until
import dev.offload.coroutines.internal.face.ManagerScope
import dev.offload.coroutines.name
import java.util.concurrent.TimeUnit

/** The threads that time the limits of a manager in real time. */
internal class TimerView(manager: OffloadManager) {
    private val timer = checkNotNull((manager as ManagerScope).systemTimer)
    private val queue = timer.queue
    private val runners = timer.runners
    private val threadName = "offload-timer-${manager.name}"

    /** What is still to be run later, while the clock takes nothing in and nothing out. */
    val entries: Int
        get() {
            val coming = generateSequence(queue.inbox.get()) { it.below }
            val placed = queue.wheel?.first
            return (coming + placed.orEmpty().asSequence().flatMap { slot -> generateSequence(slot) { it.after } })
                .count { it.task != null }
        }

    /**
     * Whether it was stopped, and then ends: what it was at goes on to its end, and one thread may be about to start another.
     * A timer that was not stopped would lose its threads, too, but some seconds later and for want of work.
     */
    fun ends(): Boolean {
        if (!timer.isStopped || !runners.isShutdown) return false
        until("the clock has gone") { timer.clock == null }
        return runners.awaitTermination(10, TimeUnit.SECONDS)
    }

    fun threads(): List<Thread> = Thread.getAllStackTraces().keys.filter { it.name == threadName }
}
