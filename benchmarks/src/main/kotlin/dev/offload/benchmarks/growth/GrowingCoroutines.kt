package dev.offload.benchmarks.growth

import dev.offload.benchmarks.growth.GrowingJobs.Companion.CALLS
import dev.offload.benchmarks.growth.GrowingJobs.Companion.NARROW
import dev.offload.benchmarks.growth.GrowingJobs.Companion.WIDE
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean

/** What [GrowingJobs] does, by plain coroutines. */
class GrowingCoroutines {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val inFlight = ConcurrentHashMap<Int, Job>()

    /** Coroutines that each go on under a semaphore. */
    fun callsUnderLimit(n: Int) = runBlocking(Dispatchers.Default) {
        val begun = Assembly(n)
        val permits = Semaphore(WIDE)
        repeat(n) {
            launch {
                begun.arrive()
                permits.withPermit { withContext(Dispatchers.Default) { begun.await() } }
            }
        }
    }

    /** A coroutine that waits for the end of a scope with a semaphore. */
    fun scopeInBody(n: Int) = runBlocking(Dispatchers.Default) {
        scope.async { limitedScope(n) }.await()
    }

    /** As [scopeInBody], without the coroutine. */
    fun scopeOutside(n: Int) = runBlocking(Dispatchers.Default) { limitedScope(n) }

    private suspend fun limitedScope(n: Int) = coroutineScope {
        val launched = CompletableDeferred<Unit>()
        val permits = Semaphore(NARROW)
        repeat(n) { launch { permits.withPermit { launched.await() } } }
        launched.complete(Unit)
        Unit
    }

    /** Scopes that are cancelled, each with a coroutine that awaits one deferred, or with a mere handler on it. */
    fun sharesCancelled(order: IntArray, awaited: Boolean) = runBlocking(Dispatchers.Default) {
        val hot = scope.async<Unit> { awaitCancellation() }
        val parent = SupervisorJob()
        val jobs = List(order.size) { Job(parent) }
        for (job in jobs) {
            if (awaited) {
                CoroutineScope(Dispatchers.Default + job).launch(start = CoroutineStart.UNDISPATCHED) { hot.await() }
            } else {
                val handler = hot.invokeOnCompletion {}
                job.invokeOnCompletion { handler.dispose() }
            }
        }
        for (i in order) jobs[i].cancel()
        jobs.joinAll()
        hot.cancel()
        hot.join()
    }

    /** Coroutines in a map, which end in the given order: each in place, where its gate is opened. */
    fun endsInMap(order: IntArray) = runBlocking(Dispatchers.Default) {
        val gates = List(order.size) { CompletableDeferred<Unit>() }
        val jobs =
            gates.mapIndexed { id, gate ->
                scope
                    .launch(Dispatchers.Unconfined) {
                        gate.await()
                        inFlight.remove(id)
                    }.also { inFlight[id] = it }
            }
        for (i in order) gates[i].complete(Unit)
        jobs.joinAll()
    }

    /** Child jobs, all active, then ended in the given order. */
    fun scopesClosed(order: IntArray) = runBlocking(Dispatchers.Default) {
        val parent = SupervisorJob()
        val jobs = List(order.size) { Job(parent) }
        for (i in order) jobs[i].complete()
        jobs.joinAll()
    }

    /** Coroutines that each await the one before; the first ends when all have begun. */
    fun chainOfWaits(n: Int) = runBlocking(Dispatchers.Default) {
        val begun = Assembly(n)
        var last: Deferred<Unit> =
            scope.async {
                begun.arrive()
                begun.await()
            }
        for (id in 1 until n) {
            val before = last
            last =
                scope.async {
                    begun.arrive()
                    before.await()
                }
        }
        last.await()
    }

    /** Coroutines that each start one and await it. */
    fun nestedCalls(n: Int) = runBlocking(Dispatchers.Default) { nested(n) }

    private suspend fun nested(left: Int) {
        if (left > 0) scope.async { nested(left - 1) }.await()
    }

    /** Coroutines that await one, which then goes under a semaphore several times. */
    fun waitsForCaller(n: Int) = runBlocking(Dispatchers.Default) {
        val begun = Assembly(n)
        val permits = Semaphore(1)
        val hot =
            scope.async {
                begun.await()
                repeat(CALLS) { permits.withPermit { withContext(Dispatchers.Default) { yield() } } }
            }
        repeat(n) {
            launch {
                begun.arrive()
                hot.await()
            }
        }
    }

    /** Callers that wait for one semaphore, to launch what waits for another one. */
    fun callersForRoom(n: Int) = runBlocking(Dispatchers.Default) {
        val come = Assembly(n)
        val room = Semaphore(2 * NARROW)
        val permits = Semaphore(NARROW)
        repeat(n) {
            launch {
                come.arrive()
                room.acquire()
                launch {
                    permits.withPermit { come.await() }
                    room.release()
                }
            }
        }
    }

    /** A cancelled coroutine that joins others all the same. */
    fun joinedByCancelled(n: Int) = runBlocking(Dispatchers.Default) {
        val cancelled = CompletableDeferred<Unit>()
        val joins = CompletableDeferred<Unit>()
        val jobs = List(n) { scope.launch { cancelled.await() } }
        val body =
            scope.launch {
                withContext(NonCancellable) {
                    launch(start = CoroutineStart.UNDISPATCHED) { jobs.joinAll() }
                    joins.complete(Unit)
                }
            }
        joins.await()
        body.cancel()
        cancelled.complete(Unit)
        body.join()
    }

    /** Events that each ask for a run which begins later: all that come before it does share the next one. */
    fun nextOfOneKey(n: Int) = runBlocking(Dispatchers.Default) {
        val runs = Runs()
        repeat(n) { runs.next() }
        runs.next().await()
    }

    private inner class Runs {
        private val begun = AtomicBoolean(true)
        private var last: Deferred<Unit> = CompletableDeferred(Unit)

        fun next(): Deferred<Unit> {
            if (begun.compareAndSet(true, false)) {
                val before = last
                last =
                    scope.async {
                        before.join()
                        begun.set(true)
                    }
            }
            return last
        }
    }

    /** Pairs of coroutines, of which the second waits for the first. */
    fun nextOfEachKey(n: Int) = runBlocking(Dispatchers.Default) {
        val launched = CompletableDeferred<Unit>()
        val seconds =
            List(n) {
                val first = scope.launch(Dispatchers.Unconfined) { launched.await() }
                scope.launch { first.join() }
            }
        launched.complete(Unit)
        seconds.joinAll()
    }

    /** Coroutines in a map, which are cancelled one after the other. */
    fun cancelledInMap(n: Int) = runBlocking(Dispatchers.Default) {
        val jobs =
            List(n) { id ->
                scope
                    .launch(Dispatchers.Unconfined) {
                        try {
                            awaitCancellation()
                        } finally {
                            inFlight.remove(id)
                        }
                    }.also { inFlight[id] = it }
            }
        for (job in jobs) job.cancel()
        jobs.joinAll()
    }

    /** Callers of one deferred, all of them waiting. */
    fun callersToldAside(n: Int) = runBlocking(Dispatchers.Default) {
        val waiting = CompletableDeferred<Unit>()
        val hot = scope.async { waiting.await() }
        coroutineScope {
            repeat(n) { launch(Unknown, CoroutineStart.UNDISPATCHED) { hot.await() } }
            waiting.complete(Unit)
        }
    }

    /** Child jobs, all active, which are cancelled with their parent. */
    fun scopesOfJob(n: Int) = runBlocking(Dispatchers.Default) {
        val parent = SupervisorJob()
        repeat(n) { Job(parent) }
        parent.cancel()
        parent.join()
    }
}
