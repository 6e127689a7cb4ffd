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
 * A queue that stands at one length behind [AT_A_TIME] bodies: each of them puts the next one at its end before it ends
 * itself. Between two runs these bodies wait, and nothing moves.
 */
abstract class Queue {
    @Volatile private var run = Run(0)

    private class Run(bodies: Int) {
        val left = AtomicInteger(bodies)
        val stopped = CountDownLatch(AT_A_TIME)
        val over = CompletableDeferred<Unit>()
    }

    /** Makes it so long. */
    fun fill(queued: Int) {
        repeat(AT_A_TIME + queued) { enqueue() }
        run.stopped.await()
    }

    /** Lets so many bodies go through. */
    fun pass(bodies: Int) {
        val before = run
        run = Run(bodies)
        before.over.complete(Unit)
        run.stopped.await()
    }

    /** Puts a [body] at the end. */
    protected abstract fun enqueue()

    /** What all of them do. */
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
