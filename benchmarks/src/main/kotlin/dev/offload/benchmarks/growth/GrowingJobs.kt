package dev.offload.benchmarks.growth

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.KindPolicy
import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.cancel
import dev.offload.coroutines.complete
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield

private const val HOT = -1

/**
 * Work of many elements by the library. Where an order is given, it holds the number of each element once. Nothing is
 * left when a function returns.
 */
class GrowingJobs {
    private val plain = OffloadKind.named<Int, Unit>("plain")
    private val outer = OffloadKind.named<Int, Unit>("outer")
    private val one = OffloadKind.named<Int, Unit>("one")
    private val wide = OffloadKind.named<Int, Unit>("wide")
    private val queued = OffloadKind.named<Int, Unit>("queued")

    private val manager =
        OffloadManager(
            OffloadConfig {
                kind(one, limit(ConcurrencyLimit.of(1)))
                kind(wide, limit(ConcurrencyLimit.of(WIDE)))
                kind(queued, limit(ConcurrencyLimit.of(NARROW).withMaxQueued(NARROW)))
            },
        )

    private fun limit(limit: ConcurrencyLimit) = KindPolicy.unset().withConcurrency(limit)

    /** Bodies that each call a job of a limited kind; no call ends before all have begun. */
    fun callsUnderLimit(n: Int) = runBlocking(Dispatchers.Default) {
        val begun = Assembly(n)
        for (id in 0 until n) {
            manager.submit(outer.key(id)) {
                begun.arrive()
                manager.call(wide.key(id)) { begun.await() }
            }
        }
        manager.joinAll()
    }

    /** A body that waits for the end of a scope with a limit. */
    fun scopeInBody(n: Int) = runBlocking(Dispatchers.Default) {
        manager.submit(outer.key(0)) { limitedScope(n) }.await()
    }

    /** As [scopeInBody], without the body. */
    fun scopeOutside(n: Int) = runBlocking(Dispatchers.Default) { limitedScope(n) }

    private suspend fun limitedScope(n: Int) {
        val submitted = CompletableDeferred<Unit>()
        manager.scope("limited", concurrency = ConcurrencyLimit.of(NARROW)) {
            for (id in 0 until n) submit(plain.key(id)) { submitted.await() }
            submitted.complete(Unit)
        }
    }

    /** Scopes that each share one job and are cancelled, all of them open before. */
    fun sharesCancelled(order: IntArray, awaited: Boolean) = runBlocking(Dispatchers.Default) {
        val hot = manager.share(plain.key(HOT)) { awaitCancellation() }
        val scopes = List(order.size) { manager.openScope("sharing") }
        for (scope in scopes) {
            val shared = scope.share(plain.key(HOT)) {}
            if (awaited) {
                launch(start = CoroutineStart.UNDISPATCHED) {
                    try {
                        shared.await()
                    } catch (_: OffloadCancelledException) {
                        // as it is to be: the scope's end drops its lease
                    }
                }
            }
        }
        for (i in order) scopes[i].cancel()
        for (scope in scopes) scope.coroutineContext.job.join()
        hot.cancel()
        manager.joinAll()
    }

    /** Jobs under one key, which end in the given order: each in place, where its gate is opened. */
    fun endsUnderOneKey(order: IntArray) = runBlocking(Dispatchers.Default) {
        val gates = List(order.size) { CompletableDeferred<Unit>() }
        for (gate in gates) {
            manager.submit(plain.key(HOT), ConflictPolicy.ALLOW, context = Dispatchers.Unconfined) { gate.await() }
        }
        for (i in order) gates[i].complete(Unit)
        manager.joinAll()
    }

    /** Empty scopes, all open, then ended in the given order. */
    fun scopesClosed(order: IntArray) = runBlocking(Dispatchers.Default) {
        val scopes = List(order.size) { manager.openScope("empty") }
        for (i in order) scopes[i].complete()
        for (scope in scopes) scope.coroutineContext.job.join()
    }

    /** Jobs that each wait for the one before; the first ends when all have begun. */
    fun chainOfWaits(n: Int) = runBlocking(Dispatchers.Default) {
        val begun = Assembly(n)
        var last =
            manager.submit(plain.key(0)) {
                begun.arrive()
                begun.await()
            }
        for (id in 1 until n) {
            val before = last
            last =
                manager.submit(plain.key(id)) {
                    begun.arrive()
                    before.await()
                }
        }
        manager.joinAll()
    }

    /** Calls inside each other, for all of which there is one permit: each caller lends it to what it calls. */
    fun nestedCalls(n: Int) = runBlocking(Dispatchers.Default) { nested(n) }

    private suspend fun nested(left: Int) {
        if (left > 0) manager.call(one.key(left)) { nested(left - 1) }
    }

    /** Bodies that wait for one job, which then makes limited calls. */
    fun waitsForCaller(n: Int) = runBlocking(Dispatchers.Default) {
        val begun = Assembly(n)
        manager.share(plain.key(HOT)) {
            begun.await()
            for (id in 0 until CALLS) manager.call(one.key(id)) { yield() }
        }
        for (id in 0 until n) {
            manager.submit(outer.key(id)) {
                begun.arrive()
                manager.call(plain.key(HOT)) {}
            }
        }
        manager.joinAll()
    }

    /** Callers that wait for room in a queue; no job ends before all have come. */
    fun callersForRoom(n: Int) = runBlocking(Dispatchers.Default) {
        val come = Assembly(n)
        coroutineScope {
            for (id in 0 until n) {
                launch {
                    come.arrive()
                    manager.submitWhenRoom(queued.key(id)) { come.await() }
                }
            }
        }
        manager.joinAll()
    }

    /** A cancelled body that joins the jobs of a scope all the same; they end when it was asked to stop. */
    fun joinedByCancelled(n: Int) = runBlocking(Dispatchers.Default) {
        val cancelled = CompletableDeferred<Unit>()
        val joins = CompletableDeferred<Unit>()
        val scope = manager.openScope("joined")
        for (id in 0 until n) scope.submit(plain.key(id)) { cancelled.await() }
        val body =
            manager.submit(outer.key(0)) {
                withContext(NonCancellable) {
                    launch(start = CoroutineStart.UNDISPATCHED) { scope.joinAll() }
                    joins.complete(Unit)
                }
            }
        joins.await()
        body.cancel()
        cancelled.complete(Unit)
        body.join()
        scope.complete()
        scope.coroutineContext.job.join()
    }

    /** Events that each ask for the next run under one key, so that one run stands for all that came meanwhile. */
    fun nextOfOneKey(n: Int) = runBlocking(Dispatchers.Default) {
        repeat(n) { manager.submit(plain.key(HOT), ConflictPolicy.NEXT) {} }
        manager.joinAll()
    }

    /** Keys that each have one run at work and the next one waiting, before the first ends. */
    fun nextOfEachKey(n: Int) = runBlocking(Dispatchers.Default) {
        val submitted = CompletableDeferred<Unit>()
        for (id in 0 until n) {
            manager.submit(plain.key(id), context = Dispatchers.Unconfined) { submitted.await() }
            manager.submit(plain.key(id), ConflictPolicy.NEXT) {}
        }
        submitted.complete(Unit)
        manager.joinAll()
    }

    /** Jobs under one key, allowed beside one that waits there, which are cancelled one after the other. */
    fun cancelledBesideNext(n: Int) = runBlocking(Dispatchers.Default) {
        val cancelled = CompletableDeferred<Unit>()
        manager.submit(plain.key(HOT), context = Dispatchers.Unconfined) { cancelled.await() }
        manager.submit(plain.key(HOT), ConflictPolicy.NEXT) {}
        val allowed =
            List(n) {
                manager.submit(plain.key(HOT), ConflictPolicy.ALLOW, context = Dispatchers.Unconfined) {
                    awaitCancellation()
                }
            }
        for (job in allowed) job.cancel()
        cancelled.complete(Unit)
        manager.joinAll()
    }

    /** Callers of one job, all of them waiting; the library hands each over by a thread aside. */
    fun callersToldAside(n: Int) = runBlocking(Dispatchers.Default) {
        val waiting = CompletableDeferred<Unit>()
        val hot = manager.share(plain.key(HOT)) { waiting.await() }
        coroutineScope {
            repeat(n) { launch(Unknown, CoroutineStart.UNDISPATCHED) { hot.await() } }
            waiting.complete(Unit)
        }
    }

    /** Open scopes that are children of a job, and end with it. */
    fun scopesOfJob(n: Int) = runBlocking(Dispatchers.Default) {
        val parent = SupervisorJob()
        repeat(n) { manager.openScope("child", parent = parent) }
        parent.cancel()
        parent.join()
    }

    internal companion object {
        /** How many limited calls there may be at a time. */
        const val WIDE = 32

        /** The limit of a scope, and of the kind with a queue, which holds as many again. */
        const val NARROW = 8

        /** How many calls the job makes that all wait for. */
        const val CALLS = 10
    }
}
