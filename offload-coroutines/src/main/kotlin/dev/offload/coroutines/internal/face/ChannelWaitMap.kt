package dev.offload.coroutines.internal.face

import dev.offload.EarlyWakes
import dev.offload.WakeOutcome
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.Waiter
import dev.offload.coroutines.internal.dispatch.DispatcherTimer
import dev.offload.coroutines.internal.threads.SidePool
import dev.offload.coroutines.internal.threads.SideThreads
import dev.offload.coroutines.internal.time.SystemTimer
import dev.offload.coroutines.internal.waitmap.WaitTable
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration

/** The Kotlin face of a [WaitTable]. */
internal class ChannelWaitMap<K : Any, V>(val table: WaitTable<K, V>) : WaitMap<K, V> {
    override val size: Int get() = table.size()

    override val isClosed: Boolean get() = table.isClosed

    override suspend fun await(key: K): V {
        currentCoroutineContext().ensureActive()
        return subscribe(key).await()
    }

    override suspend fun await(key: K, timeout: Duration): V {
        currentCoroutineContext().ensureActive()
        checkTimeout(timeout)
        return subscribe(key).await(timeout)
    }

    override fun subscribe(key: K): Waiter<V> = ChannelWaiter(table, key).also { table.park(it) }

    override fun wake(key: K, value: V): WakeOutcome<V> = table.wake(key, value)

    override fun fail(key: K, cause: Throwable): Boolean = table.fail(key, cause)

    override fun failAll(cause: Throwable): Int = table.failAll(cause)

    override fun waitingKeys(): List<K> = table.waitingKeys()

    override fun close(cause: Throwable?) = table.close(cause)

    override fun toString(): String = table.toString()

    companion object {
        fun <K : Any, V> create(
            name: String,
            early: EarlyWakes?,
            remember: Int,
            context: CoroutineContext,
            onUndelivered: ((K, V) -> Unit)?,
        ): WaitMap<K, V> {
            val timer = DispatcherTimer.of(context) ?: SystemTimer("offload-timer-$name")
            val callbacks = SidePool("offload-callback-$name")
            return ChannelWaitMap(WaitTable(name, timer, early, remember, onUndelivered, callbacks))
        }
    }
}
