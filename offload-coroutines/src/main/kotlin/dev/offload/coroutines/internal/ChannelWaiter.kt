package dev.offload.coroutines.internal

import dev.offload.OffloadException
import dev.offload.coroutines.Waiter
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.getOrElse
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import java.util.function.Supplier
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * One wait of a suspending caller. A caller who suspends does it in a channel with room for the one value; most find their
 * value in place and need none, nor does a wait that nobody awaits yet. So the channel is made by the caller who suspends.
 *
 * | state | by | then |
 * |---|---|---|
 * | null | `subscribe` | [Given], [End], or the channel |
 * | [Given] | [give] | [TAKEN] by [await], or [End] by [close], which hands the value to `onUndelivered` |
 * | [End] | [end] | for good |
 * | the channel | [await], which found nothing | for good |
 * | [TAKEN] | [await], which found the value | for good |
 *
 * Each line is left by one compare-and-set, so of give, end and await one is first, and a value is taken or handed back once.
 *
 * Once there is a channel, it decides. It takes one value or is closed first; a receiver that is cancelled between the send
 * and its resumption leaves the value to `onUndeliveredElement`, as does the cancel of a channel that holds it. It is told
 * once in any case, which is all there is to W3 on this side.
 *
 * It is its own callback for such values, since it knows the key: a function object for each wait would be one more to keep.
 */
internal class ChannelWaiter<K : Any, V>(private val table: WaitTable<K, V>, private val key: K) :
    WaitSlot<V>(),
    Waiter<V>,
    (V) -> Unit {
    @Volatile private var state: Any? = null

    @Volatile private var awaited = 0

    override fun give(value: V): Boolean = STATE.compareAndSet(this, null, Given(value)) ||
        channel()?.trySend(value)?.isSuccess == true

    override fun end(why: Supplier<out OffloadException>) {
        val end = End(why)
        if (!STATE.compareAndSet(this, null, end)) channel()?.close(end)
    }

    @Suppress("UNCHECKED_CAST") // made by channelToWaitIn
    private fun channel() = state as? Channel<V>

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

    /** The value goes straight to the caller: there is no point in between at which it could be lost. */
    private suspend fun receive(): V = closingOnFailure {
        currentCoroutineContext().ensureActive()
        val channel = channelToWaitIn()
        if (channel == null) takeGiven() else channel.receiveCatching().getOrElse { throw (it as End).why.get() }
    }

    /** Null if there is nothing to wait for. */
    private fun channelToWaitIn(): Channel<V>? {
        if (state != null) return null
        val channel = Channel<V>(1, onUndeliveredElement = if (table.tellsUndelivered()) this else null)
        return if (STATE.compareAndSet(this, null, channel)) channel else null
    }

    private fun takeGiven(): V {
        val given = state
        if (given !is Given || !STATE.compareAndSet(this, given, TAKEN)) throw (state as End).why.get()
        return value(given)
    }

    @Suppress("UNCHECKED_CAST") // by give
    private fun value(given: Given) = given.value as V

    override fun close() {
        table.leave(key, this)
        val given = state
        if (given is Given && STATE.compareAndSet(this, given, End { table.gaveUp() })) {
            table.undelivered(key, value(given))
        }
        channel()?.cancel() // it is closed; this hands over a value that was not taken
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

    private class Given(val value: Any?)

    /**
     * Carries the reason, through the channel if there is one; the exception itself is made where it is thrown, one for
     * each waiter.
     */
    private class End(val why: Supplier<out OffloadException>) : Throwable(null, null, false, false)

    private companion object {
        val TAKEN = Any()
        val STATE = AtomicReferenceFieldUpdater.newUpdater(ChannelWaiter::class.java, Any::class.java, "state")
        val AWAITED = AtomicIntegerFieldUpdater.newUpdater(ChannelWaiter::class.java, "awaited")
    }
}

internal fun checkTimeout(timeout: Duration): java.time.Duration = WaitTable.checkTimeout(timeout.toJavaDuration())
