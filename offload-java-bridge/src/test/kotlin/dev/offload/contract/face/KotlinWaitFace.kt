package dev.offload.contract.face

import dev.offload.WakeOutcome
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.awaitOrNull
import java.util.concurrent.CompletableFuture
import kotlin.time.toKotlinDuration

/** The contract's view of a [WaitMap]; [subscribing] callers register first and wait then. */
internal class KotlinWaitFace(settings: WaitSettings, private val subscribing: Boolean) : WaitFace {
    private val map: WaitMap<Int, String> =
        WaitMap(early = settings.early(), remember = settings.remember()) { key, value ->
            settings.onUndelivered().accept(key, value)
        }

    override fun await(key: Int): CompletableFuture<String> = Callers.start {
        if (subscribing) map.subscribe(key).await() else map.await(key)
    }

    override fun await(key: Int, timeout: java.time.Duration): CompletableFuture<String> = Callers.start {
        val limit = timeout.toKotlinDuration()
        if (subscribing) map.subscribe(key).await(limit) else map.await(key, limit)
    }

    override fun awaitOrNull(key: Int, timeout: java.time.Duration): CompletableFuture<String?> = Callers.start {
        val limit = timeout.toKotlinDuration()
        if (subscribing) map.subscribe(key).awaitOrNull(limit) else map.awaitOrNull(key, limit)
    }

    override fun wake(key: Int, value: String): WakeOutcome<String> = map.wake(key, value)

    override fun fail(key: Int, cause: Throwable): Boolean = map.fail(key, cause)

    override fun failAll(cause: Throwable): Int = map.failAll(cause)

    override fun waitingKeys(): List<Int> = map.waitingKeys()

    override fun close(cause: Throwable) = map.close(cause)

    override fun close() = map.close()

    override fun isClosed(): Boolean = map.isClosed

    override fun size(): Int = map.size
}
