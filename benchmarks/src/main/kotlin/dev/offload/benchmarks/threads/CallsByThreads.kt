package dev.offload.benchmarks.threads

import com.github.benmanes.caffeine.cache.AsyncCache
import com.github.benmanes.caffeine.cache.Caffeine
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.openjdk.jmh.infra.Blackhole
import java.util.concurrent.CompletableFuture

/**
 * Calls on a few keys by several threads, each with [CALLERS] coroutines. A body runs in place, on the thread that starts
 * it, and takes about a tenth of a microsecond, so that another thread can join it.
 */
class CallsByThreads {
    private val manager = OffloadManager(context = Dispatchers.Unconfined)
    private val kind = OffloadKind.named<Int, String>("benchmark")

    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Unconfined)
    private val cache: AsyncCache<Int, String> = Caffeine.newBuilder().buildAsync()

    /** The library. */
    fun offload(calls: Int, keys: Int) = each(calls, keys) { key -> manager.call(kind.key(key)) { body() } }

    /** Caffeine, whose entry is removed by who made it. */
    fun caffeine(calls: Int, keys: Int) = each(calls, keys) { key ->
        val made = CompletableFuture<String>()
        val flight = cache.get(key) { _, _ -> made }
        if (flight === made) {
            scope.launch {
                val value = body()
                cache.asMap().remove(key, made)
                made.complete(value)
            }
        }
        flight.await()
    }

    private fun body(): String {
        Blackhole.consumeCPU(WORK)
        return "value"
    }

    private inline fun each(calls: Int, keys: Int, crossinline call: suspend (Int) -> String) = runBlocking {
        repeat(CALLERS) { caller -> launch { for (i in 0 until calls / CALLERS) call((i + caller) % keys) } }
    }

    private companion object {
        const val CALLERS = 8
        const val WORK = 50L
    }
}
