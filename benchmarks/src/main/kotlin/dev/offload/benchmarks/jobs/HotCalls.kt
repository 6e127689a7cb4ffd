package dev.offload.benchmarks.jobs

import com.github.benmanes.caffeine.cache.AsyncCache
import com.github.benmanes.caffeine.cache.Caffeine
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.future.await
import kotlinx.coroutines.future.future
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentHashMap

private const val KEY = "hot"

/** Coroutines that call on one key, with what runs a body once for all who call meanwhile. */
class HotCalls {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    private val manager = OffloadManager()
    private val kind = OffloadKind.named<String, String>("benchmark")
    private val cache: AsyncCache<String, String> = Caffeine.newBuilder().buildAsync()
    private val mutexes = ConcurrentHashMap<String, Mutex>()
    private val flights = ConcurrentHashMap<String, Deferred<String>>()

    /** The library. */
    fun offload(callers: Int, calls: Int, bodyMillis: Int) = each(callers, calls) {
        manager.call(kind.key(KEY)) { body(bodyMillis) }
    }

    /** Caffeine, whose entry is removed by who made it. */
    fun caffeine(callers: Int, calls: Int, bodyMillis: Int) = each(callers, calls) {
        var made: CompletableFuture<String>? = null
        val flight = cache.get(KEY) { _, _ -> scope.future { body(bodyMillis) }.also { made = it } }
        made?.whenComplete { _, _ -> cache.asMap().remove(KEY, flight) }
        flight.await()
    }

    /** By hand. */
    fun mutexByHand(callers: Int, calls: Int, bodyMillis: Int) = each(callers, calls) {
        val flight = mutexes.computeIfAbsent(KEY) { Mutex() }.withLock {
            flights[KEY] ?: scope.async { body(bodyMillis) }.also { made ->
                flights[KEY] = made
                made.invokeOnCompletion { flights.remove(KEY, made) }
            }
        }
        flight.await()
    }

    private suspend fun body(millis: Int): String {
        if (millis > 0) delay(millis.toLong())
        return "value"
    }

    private inline fun each(callers: Int, calls: Int, crossinline call: suspend () -> Unit) =
        runBlocking(Dispatchers.Default) {
            repeat(callers) { launch { repeat(calls) { call() } } }
        }
}
