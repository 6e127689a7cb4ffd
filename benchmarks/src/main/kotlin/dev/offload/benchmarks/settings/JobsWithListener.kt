package dev.offload.benchmarks.settings

import dev.offload.JobSnapshot
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import dev.offload.spi.OffloadListener
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import java.util.concurrent.atomic.LongAdder

/** Jobs of a manager with a listener, and of one without. */
class JobsWithListener {
    private val listened = OffloadManager(listener = Counts())
    private val plain = OffloadManager()
    private val kind = OffloadKind.named<Int, Unit>("benchmark")

    private class Counts : OffloadListener {
        private val begun = LongAdder()
        private val ended = LongAdder()

        override fun onStarted(job: JobSnapshot) = begun.increment()

        override fun onEnded(job: JobSnapshot, failure: Throwable?) = ended.increment()
    }

    /** Submits and awaits one job after the other; a listener counts them. */
    fun listened(jobs: Int) = oneByOne(listened, jobs)

    /** As [listened], without one. */
    fun plain(jobs: Int) = oneByOne(plain, jobs)

    private fun oneByOne(manager: OffloadManager, jobs: Int) = runBlocking(Dispatchers.Default) {
        for (id in 0 until jobs) manager.submit(kind.key(id)) {}.await()
    }
}
