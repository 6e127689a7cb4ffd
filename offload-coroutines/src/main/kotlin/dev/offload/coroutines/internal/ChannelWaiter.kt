package dev.offload.coroutines.internal

import dev.offload.OffloadException
import dev.offload.coroutines.Waiter
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.getOrElse
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import java.util.function.Supplier
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * One wait of a suspending caller: a channel with room for the one value.
 *
 * The channel decides what the table leaves open. It takes one value or is closed first ([give] or [end]); a receiver that is
 * cancelled between the send and its resumption leaves the value to `onUndeliveredElement`, as does the cancel of a channel
 * that holds it. It is told once in any case, which is all there is to W3 on this side.
 *
 * It is its own callback for such values, since it knows the key: a function object for each wait would be one more to keep.
 */
internal class ChannelWaiter<K : Any, V>(private val table: WaitTable<K, V>, private val key: K) :
    WaitSlot<V>(),
    Waiter<V>,
    (V) -> Unit {
    private val channel = Channel<V>(1, onUndeliveredElement = if (table.tellsUndelivered()) this else null)

    @Volatile private var awaited = 0

    override fun give(value: V): Boolean = channel.trySend(value).isSuccess

    override fun end(why: Supplier<out OffloadException>) {
        channel.close(End(why))
    }

    override fun invoke(undelivered: V) = table.undelivered(key, undelivered)

    override suspend fun await(): V {
        awaitOnce()
        return receive()
    }

    override suspend fun await(timeout: Duration): V {
        val limit = checkTimeout(timeout)
        awaitOnce()
        val timer = DispatcherTimer.of(currentCoroutineContext()) ?: table.timer()
        val task = closingOnFailure { timer.schedule(limit) { table.timeOut(key, this, limit) } }
        try {
            return receive()
        } finally {
            task.cancel()
        }
    }

    /** The value goes straight from the channel to the caller: there is no point in between at which it could be lost. */
    private suspend fun receive(): V = closingOnFailure {
        currentCoroutineContext().ensureActive()
        channel.receiveCatching().getOrElse { throw (it as End).why.get() }
    }

    override fun close() {
        table.leave(key, this)
        channel.cancel() // it is closed; this hands over a value that was not taken
    }

    private inline fun <R> closingOnFailure(block: () -> R): R {
        try {
            return block()
        } catch (e: Throwable) {
            close()
            throw e
        }
    }

    private fun awaitOnce() {
        check(AWAITED.compareAndSet(this, 0, 1)) { "this wait was awaited before; subscribe again to wait again" }
    }

    /** Carries the reason through the channel; the exception itself is made where it is thrown, one for each waiter. */
    private class End(val why: Supplier<out OffloadException>) : Throwable(null, null, false, false)

    private companion object {
        val AWAITED = AtomicIntegerFieldUpdater.newUpdater(ChannelWaiter::class.java, "awaited")
    }
}

internal fun checkTimeout(timeout: Duration): java.time.Duration = WaitTable.checkTimeout(timeout.toJavaDuration())
