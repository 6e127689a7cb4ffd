package dev.offload.coroutines

import dev.offload.DuplicateWaiterException
import dev.offload.EarlyWakes
import dev.offload.OffloadTimeoutException
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import dev.offload.coroutines.internal.face.ChannelWaitMap
import dev.offload.coroutines.internal.face.ChannelWaiter
import dev.offload.coroutines.internal.face.checkTimeout
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * A rendezvous by key: one party waits for the value of a key (the answer to a message, a webhook, a result of another
 * thread), another wakes the key with the value.
 *
 * ```
 * answers.subscribe(id).use { answer -> // from here on, an answer is not missed
 *     connection.send(request(id))
 *     answer.await(2.seconds)
 * }
 * ```
 *
 * A key has one waiter at a time. A value given to [wake] ends up in exactly one place: with the waiter, in the store
 * if the map has one, in the [outcome][WakeOutcome] returned by [wake], or, if it missed its waiter or was evicted from
 * the store, with `onUndelivered`.
 *
 * By default an early wake, for a key nobody is waiting for, is handed back; a map created with [EarlyWakes] stores it.
 * A map that remembers which keys were waited for distinguishes late values and duplicates, and stores neither.
 *
 * Keys are compared with `equals`, which is called on the key passed in. An exception from a key's `equals` or
 * `hashCode` reaches the caller that subscribes or wakes, and leaves the map unchanged. Ending a wait calls no method
 * of a key, so a key that has been mutated, or throws, does not get in the way. The cost of an operation does not
 * depend on the number of waiters, except for [waitingKeys], [failAll] and [close], which concern all of them.
 *
 * All functions may be called from any thread. None of them, nor a time limit, runs a waiter's code or waits for its
 * dispatcher. Waiters on [Dispatchers.Default][kotlinx.coroutines.Dispatchers.Default],
 * [IO][kotlinx.coroutines.Dispatchers.IO], in `runBlocking` or on a main thread are dispatched by the caller that
 * wakes, fails or closes, which takes no time; all others, whose dispatcher may block, throw, or run them in place as
 * [Dispatchers.Unconfined][kotlinx.coroutines.Dispatchers.Unconfined] does, by a thread of the map, which has at most
 * 64 of them and none when idle. A waiter whose dispatcher throws is never resumed: a value it was given goes to
 * `onUndelivered`, and a warning is logged. Test dispatchers of kotlinx.coroutines resume their callers as usual, so a
 * test in virtual time stays deterministic.
 *
 * The idea comes from maitake-sync's `WaitMap`, which documents that an early wake is stored, while its code hands it
 * back.
 *
 * Not meant to be implemented outside the library.
 *
 * @param K the type of the keys
 * @param V the type of the values
 * @since 0.1
 */
public interface WaitMap<K : Any, V> {
    /** The number of waiters; may be out of date as soon as it is read. */
    public val size: Int

    /** Whether [close] was called. */
    public val isClosed: Boolean

    /**
     * Suspends until [key] is woken and returns the value. If the wait is [failed][fail], throws the given cause.
     *
     * To send something and wait for the answer, [subscribe] first: an answer may arrive before this call.
     *
     * This function is cancellable. If the calling coroutine is cancelled, the wait has ended when this function
     * throws; a value that had been given to it goes to `onUndelivered`.
     *
     * @throws DuplicateWaiterException if the key already has a waiter; the existing wait is not affected
     * @throws WaitMapClosedException if the map is closed, or is closed before a value comes
     * @throws CancellationException if the calling coroutine is cancelled
     */
    public suspend fun await(key: K): V

    /**
     * As [await], for at most [timeout]. A value given in time is delivered, even if it arrives later.
     *
     * Time is virtual if the caller's dispatcher has virtual time, as in `runTest`; the timeout needs no free thread of
     * the dispatcher.
     *
     * @param timeout how long to wait; capped at 292 years
     * @throws OffloadTimeoutException if no value came in time; the wait has then ended
     * @throws IllegalArgumentException if [timeout] is not longer than zero
     * @throws DuplicateWaiterException as [await]
     * @throws WaitMapClosedException as [await]
     * @throws CancellationException as [await]
     */
    public suspend fun await(key: K, timeout: Duration): V

    /**
     * Starts waiting for [key]: a wake after this call is not missed. The wait lasts until a value comes,
     * [Waiter.close] is called, or the map is closed; a wait that is never ended stays forever, so close it, or use
     * `use`.
     *
     * Does not block.
     *
     * @return the wait
     * @throws DuplicateWaiterException if the key already has a waiter; the existing wait is not affected
     * @throws WaitMapClosedException if the map is closed
     */
    public fun subscribe(key: K): Waiter<V>

    /**
     * Gives [value] to the waiter of [key]. Does not block, and throws only what [key] throws when it is compared.
     *
     * May also be called from `onUndelivered`. If this value evicts another one from the store, this call passes that
     * to `onUndelivered`.
     *
     * @return where the value went; contains the value if it was not taken
     */
    public fun wake(key: K, value: V): WakeOutcome<V>

    /**
     * Ends the wait for [key]: the waiter gets exactly [cause], which is neither copied nor modified. A value that is
     * stored, or has already been given to the waiter, is not affected. Does not block, and otherwise throws only what
     * [key] throws when it is compared.
     *
     * If a value, a cancellation, a time limit or a close would end the wait at the same time, exactly one of them
     * does.
     *
     * @return true if there was a waiter, which gets the cause unless it is cancelled before it resumes; false if
     *   nothing changed
     * @throws IllegalArgumentException if [cause] is a `CancellationException`: the waiter would look as if it were
     *   cancelled itself
     */
    public fun fail(key: K, cause: Throwable): Boolean

    /**
     * Ends all current waits with exactly [cause], as [fail] does, and leaves the map open: for a connection that will
     * be re-established, for example. A wait that begins in reaction to another one's failure is not ended; one that
     * begins concurrently may be. Every waiter is notified, whatever the code or the dispatcher of another one does.
     * Does not block.
     *
     * @return how many waiters get the cause
     * @throws IllegalArgumentException if [cause] is a `CancellationException`, as for [fail]; nothing has then changed
     */
    public fun failAll(cause: Throwable): Int

    /**
     * Returns the keys that are waited for, in no particular order. Waits that begin or end concurrently may or may not
     * be included, and a key whose wait ended and began again may be included twice. Takes time proportional to the
     * number of waiters, and compares no keys.
     *
     * @return the keys, as an immutable list
     */
    public fun waitingKeys(): List<K>

    /**
     * Ends all waits, current and future, with a [WaitMapClosedException]. Values already given are still delivered;
     * stored ones go to `onUndelivered`, after all waiters have been notified. Does not wait for anything else.
     * Idempotent: the first [cause] stays.
     *
     * @param cause becomes the cause of the exceptions of all waiters
     */
    public fun close(cause: Throwable? = null)
}

/**
 * One wait for a key of a [WaitMap], registered since [subscribe][WaitMap.subscribe] returned it.
 *
 * Not meant to be implemented outside the library. Safe to use from any thread.
 *
 * @param V the type of the value
 * @since 0.1
 */
public interface Waiter<out V> : AutoCloseable {
    /**
     * Suspends until the value comes and returns it, or throws the cause the wait was [failed][WaitMap.fail] with. Call
     * it once: a value is delivered once.
     *
     * This function is cancellable. If the calling coroutine is cancelled, the wait has ended when this function
     * throws; a value that had been given to it goes to the map's `onUndelivered`.
     *
     * @throws WaitMapClosedException if the map was closed before a value came
     * @throws dev.offload.OffloadCancelledException if this wait was [closed][close]
     * @throws IllegalStateException if it has been called before
     * @throws CancellationException if the calling coroutine is cancelled
     */
    public suspend fun await(): V

    /**
     * As [await], for at most [timeout] from now. A value given in time is delivered, even if it arrives later.
     *
     * @param timeout how long to wait; capped at 292 years
     * @throws OffloadTimeoutException if no value came in time; the wait has then ended
     * @throws IllegalArgumentException if [timeout] is not longer than zero; the wait then continues
     * @throws WaitMapClosedException as [await]
     * @throws dev.offload.OffloadCancelledException as [await]
     * @throws IllegalStateException as [await]
     * @throws CancellationException as [await]
     */
    public suspend fun await(timeout: Duration): V

    /**
     * Ends the wait. A value that came but was not taken goes to the map's `onUndelivered`. Does nothing after a value
     * was taken. Idempotent.
     */
    override fun close()
}

/**
 * Creates a wait map.
 *
 * @param name the name in messages; shown as it is
 * @param early bounds the store for keys nobody is waiting for yet; null to hand such values back
 * @param remember how many of the most recent keys to remember after their wait has ended, so that
 *   [NoMatch][WakeOutcome.NoMatch] distinguishes late values and duplicates; these are not stored. Each operation then
 *   takes one lock of the map. With 0, nothing is remembered
 * @param context provides the clock for stored values: a dispatcher with virtual time, as in `runTest`; real time if
 *   there is none
 * @param onUndelivered receives, with its key, each value that was taken but reached nobody: its waiter was cancelled
 *   or closed before it resumed, its dispatcher threw, or the value was evicted from the store. Without it such values
 *   are dropped. It runs on the thread that detects this, delays nobody else however long it takes, and may use the
 *   map; its exceptions are logged.
 * @throws IllegalArgumentException if [remember] is negative
 * @since 0.1
 */
@JvmSynthetic
public fun <K : Any, V> WaitMap(
    name: String = "wait map",
    early: EarlyWakes? = null,
    remember: Int = 0,
    context: CoroutineContext = EmptyCoroutineContext,
    onUndelivered: ((key: K, value: V) -> Unit)? = null,
): WaitMap<K, V> = ChannelWaitMap.create(name, early, remember, context, onUndelivered)

/**
 * As [await][WaitMap.await] with a time limit, but returns null if no value comes in time.
 *
 * This function is cancellable, like [await][WaitMap.await].
 *
 * @param timeout how long to wait; capped at 292 years
 * @return the value; null if none came in time, and the wait has then ended
 * @throws IllegalArgumentException if [timeout] is not longer than zero
 * @throws DuplicateWaiterException as [await][WaitMap.await]
 * @throws WaitMapClosedException as [await][WaitMap.await]
 * @throws CancellationException as [await][WaitMap.await]
 * @since 0.1
 */
@JvmSynthetic
public suspend fun <K : Any, V : Any> WaitMap<K, V>.awaitOrNull(key: K, timeout: Duration): V? {
    currentCoroutineContext().ensureActive()
    checkTimeout(timeout)
    return subscribe(key).awaitOrNull(timeout)
}

/**
 * As [await][Waiter.await] with a time limit, but returns null if no value comes in time.
 *
 * This function is cancellable, like [await][Waiter.await].
 *
 * @param timeout how long to wait from now; capped at 292 years
 * @return the value; null if none came in time, and the wait has then ended
 * @throws IllegalArgumentException if [timeout] is not longer than zero; the wait then continues
 * @throws WaitMapClosedException as [await][Waiter.await]
 * @throws dev.offload.OffloadCancelledException as [await][Waiter.await]
 * @throws IllegalStateException as [await][Waiter.await]
 * @throws CancellationException as [await][Waiter.await]
 * @since 0.1
 */
@JvmSynthetic
public suspend fun <V : Any> Waiter<V>.awaitOrNull(timeout: Duration): V? =
    (this as ChannelWaiter<*, V>).awaitOrNull(timeout)

/**
 * Bounds the store of a wait map; see [EarlyWakes].
 *
 * @param maxStored the maximum number of values
 * @param maxAge how long a value is stored
 * @throws IllegalArgumentException if [maxStored] is below 1, or [maxAge] is not longer than zero or longer than a
 *   `Long` of nanoseconds can hold
 * @since 0.1
 */
@JvmSynthetic
public fun EarlyWakes(maxStored: Int, maxAge: Duration): EarlyWakes = EarlyWakes(maxStored, maxAge.toJavaDuration())
