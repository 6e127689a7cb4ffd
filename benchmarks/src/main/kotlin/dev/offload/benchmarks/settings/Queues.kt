package dev.offload.benchmarks.settings

import dev.offload.OffloadKind
import dev.offload.coroutines.ConcurrencyLimit
import dev.offload.coroutines.KindPolicy
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger

private const val AT_A_TIME = 50

/**
 * A queue of constant length behind [AT_A_TIME] running bodies: before a body ends, it enqueues the next one. Between two
 * runs the running bodies are suspended.
 */
abstract class Queue {
    @Volatile private var run = Run(0)

    private class Run(bodies: Int) {
        val left = AtomicInteger(bodies)
        val stopped = CountDownLatch(AT_A_TIME)
        val over = CompletableDeferred<Unit>()
    }

    /** Fills the queue to this length. */
    fun fill(queued: Int) {
        repeat(AT_A_TIME + queued) { enqueue() }
        run.stopped.await()
    }

    /** Runs this many bodies. */
    fun pass(bodies: Int) {
        val before = run
        run = Run(bodies)
        before.over.complete(Unit)
        run.stopped.await()
    }

    /** Enqueues a [body]. */
    protected abstract fun enqueue()

    /** The body of all jobs. */
    protected suspend fun body() {
        var current = run
        while (current.left.decrementAndGet() < 0) {
            current.stopped.countDown()
            current.over.await()
            current = run
        }
        enqueue()
    }
}

/** Jobs of a kind with a limit. */
class LimitedQueue : Queue() {
    private val kind = OffloadKind.named<Int, Unit>("benchmark")
    private val manager =
        OffloadManager(OffloadConfig { kind(kind, KindPolicy(concurrency = ConcurrencyLimit(AT_A_TIME))) })
    private val ids = AtomicInteger()

    override fun enqueue() {
        manager.submit(kind.key(ids.getAndIncrement())) { body() }
    }
}

/** Coroutines that wait for one semaphore. */
class SemaphoreQueue : Queue() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val permits = Semaphore(AT_A_TIME)

    override fun enqueue() {
        scope.async { permits.withPermit { body() } }
    }
}
