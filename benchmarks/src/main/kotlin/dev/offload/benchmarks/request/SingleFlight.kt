package dev.offload.benchmarks.request

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import kotlin.coroutines.CoroutineContext

/**
 * One run per key for all who want its value, by hand: a map that a mutex guards, and in it leases that are counted. When the
 * last one is dropped the run is cancelled, and the next one under its key begins when it has ended. A run has left the map
 * before anybody is told its value.
 */
internal class SingleFlight<K : Any, V>(private val scope: CoroutineScope) {
    private val mutex = Mutex()
    private val flights = HashMap<K, Flight<V>>()

    /** A run, and how many hold it. */
    class Flight<V> {
        internal var leases = 1
        internal lateinit var run: Deferred<V>

        /** Answers its value. */
        suspend fun await(): V = run.await()
    }

    /** Joins the run under the key, or starts one. */
    suspend fun lease(key: K, context: CoroutineContext, load: suspend () -> V): Flight<V> {
        while (true) {
            val dying =
                mutex.withLock {
                    val flight = flights[key] ?: return start(key, context, load)
                    if (flight.leases > 0) {
                        flight.leases++
                        return flight
                    }
                    flight
                }
            dying.run.join()
        }
    }

    /** Under the mutex. A run that is cancelled before its first step has to leave the map as well. */
    @OptIn(DelicateCoroutinesApi::class)
    private fun start(key: K, context: CoroutineContext, load: suspend () -> V): Flight<V> {
        val flight = Flight<V>()
        flights[key] = flight
        flight.run =
            scope.async(context, CoroutineStart.ATOMIC) {
                try {
                    load()
                } finally {
                    withContext(NonCancellable) { mutex.withLock { flights.remove(key) } }
                }
            }
        return flight
    }

    /** Gives one lease back, whatever happens to the caller. */
    suspend fun drop(flight: Flight<V>) = withContext(NonCancellable) {
        val last = mutex.withLock { --flight.leases == 0 }
        if (last) flight.run.cancel()
    }
}
