package dev.offload.coroutines.internal.face

import dev.offload.OffloadTimeoutException
import dev.offload.coroutines.Waiter
import dev.offload.coroutines.internal.body.blockingThread
import dev.offload.coroutines.internal.body.cancellation
import dev.offload.coroutines.internal.dispatch.DispatcherTimer
import dev.offload.coroutines.internal.dispatch.resumesQuickly
import dev.offload.coroutines.internal.threads.Log
import dev.offload.coroutines.internal.time.OffloadTimer
import dev.offload.coroutines.internal.waitmap.WaitSlot
import dev.offload.coroutines.internal.waitmap.WaitTable
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import java.util.function.Supplier
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * One wait of a suspending caller. A caller that suspends does so in a channel with room for the one value; most find
 * their value present and need none, nor does a wait that is not awaited yet. So the channel is created by the caller
 * that suspends.
 *
 * | state | by | left by | for |
 * |---|---|---|---|
 * | null | `subscribe` | [give], [end], [await] | [Given], [End], the channel |
 * | the channel | [await], which found nothing | [give], [end] | [Given], [End] |
 * | [Given] | [give], which has accepted the value | [await], or [withdraw] | [TAKEN], or [End] |
 * | [TAKEN] | [await], which has the value | | (final) |
 * | [End] | [end], [withdraw] | | (final) |
 *
 * Each transition is one compare-and-set. So either give or end is first, and an accepted value is either taken by the
 * caller or withdrawn, not both, and goes to `onUndelivered` in the second case: this is all of W3 on this side.
 *
 * Then a suspended caller is resumed through the channel, and checks the state when it runs. In between there may be a
 * dispatcher that throws, blocks, or runs the caller on the calling thread. Therefore [give] and [end] resume only
 * callers whose dispatcher is known to be quick, and leave the others to the table's callbacks. If the dispatcher
 * throws, the caller will never run (and its channel is unusable): its value is withdrawn. A caller that will not run
 * cannot report its cancellation, either; so if the dispatcher is not known, the wait itself watches the caller's job.
 *
 * It is its own callback for values that the channel could not deliver, since a function object per wait would be one
 * more to retain.
 */
internal class ChannelWaiter<K : Any, V>(private val table: WaitTable<K, V>, key: K) :
    WaitSlot<K, V>(key),
    Waiter<V>,
    (Any) -> Unit {
    @Volatile private var state: Any? = null

    @Volatile private var awaited = false

    /** Written before the channel is in [state], and read after. */
    private var quick = false

    override fun give(value: V): Boolean {
        val given = Given(value)
        if (STATE.compareAndSet(this, null, given)) return true
        val channel = channel()
        if (channel == null || !STATE.compareAndSet(this, channel, given)) return false
        resume(channel, given)
        return true
    }

    override fun end(why: Supplier<out Throwable>): Boolean {
        val end = End(why)
        if (STATE.compareAndSet(this, null, end)) return true
        val channel = channel()
        if (channel == null || !STATE.compareAndSet(this, channel, end)) return false
        resume(channel, null)
        return true
    }

    @Suppress("UNCHECKED_CAST") // created by channelToWaitIn
    private fun channel() = state as? Channel<Given>

    private fun resume(channel: Channel<Given>, given: Given?) {
        if (quick) resumeNow(channel, given) else table.callbacks().run { resumeNow(channel, given) }
    }

    private fun resumeNow(channel: Channel<Given>, given: Given?) {
        try {
            if (given == null) channel.close() else channel.trySend(given)
        } catch (e: Throwable) { // from the dispatcher
            Log.warn("${table.name()}: the dispatcher of a waiter threw, so it cannot be resumed", e)
            if (given != null) withdraw(given)
        }
    }

    /** The channel could not deliver: its receiver was cancelled. */
    override fun invoke(undelivered: Any) = withdraw(undelivered as Given)

    /** Withdraws a value that the caller has not taken. */
    private fun withdraw(given: Given) {
        if (STATE.compareAndSet(this, given, End { table.gaveUp() })) table.undelivered(key, value(given))
    }

    override suspend fun await(): V {
        awaitOnce()
        return receive()
    }

    override suspend fun await(timeout: Duration): V {
        val limit = checkTimeout(timeout)
        awaitOnce()
        val timer = DispatcherTimer.of(currentCoroutineContext()) ?: table.timer()
        val task = closingOnFailure { timer.schedule(limit) { table.timeOut(this, limit) } }
        try {
            return receive()
        } finally {
            OffloadTimer.cancel(task)
        }
    }

    /** Null if the time is over; an exception of another origin does not mean that. */
    suspend fun awaitOrNull(timeout: Duration): V? = try {
        await(timeout)
    } catch (e: OffloadTimeoutException) {
        if ((state as? End)?.why is WaitTable.TimeOver) null else throw e
    }

    /** The value goes directly to the caller: there is no point in between at which it could be lost. */
    private suspend fun receive(): V = closingOnFailure {
        val context = currentCoroutineContext()
        context.ensureActive()
        val channel = channelToWaitIn(context)
        if (channel != null) {
            val watch = if (quick) null else closeOnCancellation(context)
            try {
                blockingThread { channel.receiveCatching() } // the result is in the state
            } finally {
                watch?.dispose()
            }
        }
        take(context)
    }

    /** Null if there is nothing to wait for. */
    private fun channelToWaitIn(context: CoroutineContext): Channel<Given>? {
        if (state != null) return null
        val channel = Channel<Given>(1, onUndeliveredElement = this)
        quick = context.resumesQuickly()
        return if (STATE.compareAndSet(this, null, channel)) channel else null
    }

    @OptIn(InternalCoroutinesApi::class) // the public one waits for the end of the job, and so for this caller
    private fun closeOnCancellation(context: CoroutineContext): DisposableHandle? =
        context[Job]?.invokeOnCompletion(onCancelling = true) { if (it != null) abandon() }

    /**
     * The caller was cancelled; if it can still be notified, its job does so with its own exception. The cancelling
     * thread must not wait for what follows.
     */
    private fun abandon() {
        table.takeOut(this)
        val seen = state
        if (seen is Channel<*>) STATE.compareAndSet(this, seen, End { table.gaveUp() })
        val given = state
        if (given is Given) table.callbacks().run { withdraw(given) }
    }

    private fun take(context: CoroutineContext): V {
        val given = state
        if (given is Given && STATE.compareAndSet(this, given, TAKEN)) return value(given)
        context.ensureActive() // its own cancellation, if that is the reason
        throw (state as End).why.get()
    }

    @Suppress("UNCHECKED_CAST") // set by give
    private fun value(given: Given) = given.value as V

    override fun close() {
        table.leave(this)
        val given = state
        if (given is Given) withdraw(given)
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
        check(AWAITED.compareAndSet(this, false, true)) {
            "this wait was awaited before; subscribe again to wait again"
        }
    }

    private class Given(val value: Any?)

    /** Why there is no value. The exception is created where it is thrown. */
    private class End(val why: Supplier<out Throwable>)

    private companion object {
        val TAKEN = Any()
        val STATE = AtomicReferenceFieldUpdater.newUpdater(ChannelWaiter::class.java, Any::class.java, "state")

        /** One byte, which fits into the padding of the slot's fields. */
        val AWAITED: VarHandle = MethodHandles.privateLookupIn(ChannelWaiter::class.java, MethodHandles.lookup())
            .findVarHandle(ChannelWaiter::class.java, "awaited", Boolean::class.javaPrimitiveType)
    }
}

internal fun checkTimeout(timeout: Duration): java.time.Duration = WaitTable.checkTimeout(timeout.toJavaDuration())
