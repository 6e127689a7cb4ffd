package dev.offload.benchmarks.waitmap

import dev.offload.coroutines.WaitMap
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.runBlocking
import java.util.concurrent.ConcurrentHashMap

private const val VALUE = "value"

/** Waits in a [WaitMap] in which [parked] others wait. */
class WaitMapWaits(parked: Int) {
    private val map = WaitMap<Int, String>()

    init {
        for (key in 1..parked) map.subscribe(-key)
    }

    /** Waits so many times, each time for another key. */
    fun run(times: Int) = runBlocking {
        for (key in 0 until times) {
            val waiter = map.subscribe(key)
            map.wake(key, VALUE)
            waiter.await()
        }
    }
}

/** Waits by a deferred in a concurrent map with [parked] others. */
class DeferredWaits(parked: Int) {
    private val map = ConcurrentHashMap<Int, CompletableDeferred<String>>()

    init {
        for (key in 1..parked) map[-key] = CompletableDeferred()
    }

    /** Waits so many times, each time for another key. */
    fun run(times: Int) = runBlocking {
        for (key in 0 until times) {
            val waiter = CompletableDeferred<String>()
            map[key] = waiter
            map.remove(key)!!.complete(VALUE)
            waiter.await()
        }
    }
}
