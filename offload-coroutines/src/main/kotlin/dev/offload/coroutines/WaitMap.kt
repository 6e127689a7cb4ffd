package dev.offload.coroutines

import dev.offload.DuplicateWaiterException
import dev.offload.EarlyWakes
import dev.offload.OffloadTimeoutException
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import dev.offload.coroutines.internal.ChannelWaitMap
import dev.offload.coroutines.internal.ChannelWaiter
import dev.offload.coroutines.internal.checkTimeout
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * A rendezvous by key: a caller waits for the value of a key (the answer to a message, a webhook, a result of another
 * thread), whoever has it wakes the key.
 *
 * ```
 * answers.subscribe(id).use { answer -> // from here on, an answer is not missed
 *     connection.send(request(id))
 *     answer.await(2.seconds)
 * }
 * ```
 *
 * A key has one waiter at a time. A value given to [wake] ends in exactly one place: with the waiter, in the store if the
 * map has one, in the [outcome][WakeOutcome] handed back to who woke, or, if it missed its waiter or fell out of the
 * store, with `onUndelivered`.
 *
 * By default an early wake, for a key nobody waits for, is handed back; a map made with [EarlyWakes] stores it. A map that
 * remembers which keys were waited for tells late values and duplicates apart, and stores neither.
 *
 * Keys are compared with `equals`, which is called on the key that is looked for. What a key throws there or in `hashCode`
 * reaches who subscribes or wakes, and nothing has changed then. To end a wait no key is asked, so a key that has changed
 * meanwhile, or throws, holds nothing up. No operation's cost depends on how many wait, but for [waitingKeys], [failAll] and
 * [close], which have to do with all of them.
 *
 * All functions may be called from any thread. None of them, nor a time limit, runs the code of a waiter or waits for its
 * dispatcher: callers on [Dispatchers.Default][kotlinx.coroutines.Dispatchers.Default],
 * [IO][kotlinx.coroutines.Dispatchers.IO], in `runBlocking` or on a main thread are dispatched by who wakes, fails or closes,
 * which takes no time; all others, who may be on a dispatcher that blocks, throws, or runs them in place as
 * [Dispatchers.Unconfined][kotlinx.coroutines.Dispatchers.Unconfined] does, by a thread of the map, of which there are 64 at
 * most and none when there is nothing to do. A waiter whose dispatcher throws is never resumed: a value it was given goes to
 * `onUndelivered`, and the log has a warning. Test dispatchers of kotlinx.coroutines resume their callers as they do anywhere
 * else, so a test in virtual time stays deterministic.
 *
 * The idea is that of maitake-sync's `WaitMap`, which promises in its documentation to store an early wake and hands it
 * back in its code.
 *
 * Not meant to be implemented outside the library.
 *
 * @param K the type of the keys
 * @param V the type of the values
 * @since 0.1
 */
public interface WaitMap<K : Any, V> {
    /** How many wait. A value of the past as soon as it is read. */
    public val size: Int

    /** Whether [close] was called. */
    public val isClosed: Boolean

    /**
     * Suspends until [key] is woken and answers the value. If the wait is [failed][fail], it throws what was given there.
     *
     * To send something and wait for the answer, [subscribe] first: an answer may be faster than this call.
     *
     * This function is cancellable. If the calling coroutine is cancelled, nobody waits for the key when it throws; a value
     * that had been given to it goes to `onUndelivered`.
     *
     * @throws DuplicateWaiterException if somebody waits for the key already; that wait is not touched
     * @throws WaitMapClosedException if the map is closed, or is closed before a value comes
     * @throws CancellationException if the calling coroutine is cancelled
     */
    public suspend fun await(key: K): V

    /**
     * As [await], for at most [timeout]. A value that was given in time arrives, also if it arrives later.
     *
     * The time is that of the caller's dispatcher if it has a virtual one, as in `runTest`, and needs no free thread of it.
     *
     * @param timeout how long to wait; more than 292 years counts as that
     * @throws OffloadTimeoutException if no value came in time; nobody waits for the key then
     * @throws IllegalArgumentException if [timeout] is not longer than zero
     * @throws DuplicateWaiterException as [await]
     * @throws WaitMapClosedException as [await]
     * @throws CancellationException as [await]
     */
    public suspend fun await(key: K, timeout: Duration): V

    /**
     * Begins to wait for [key]: a wake after this call is not missed. The wait lasts until a value comes, [Waiter.close],
     * or the map is closed; one that is forgotten stays for ever, so close it, or wrap it into `use`.
     *
     * Does not wait.
     *
     * @return the wait
     * @throws DuplicateWaiterException if somebody waits for the key already; that wait is not touched
     * @throws WaitMapClosedException if the map is closed
     */
    public fun subscribe(key: K): Waiter<V>

    /**
     * Gives [value] to who waits for [key]. Does not wait, and throws nothing but what [key] throws when it is compared.
     *
     * It may be called from `onUndelivered`, too. If a value falls out of the store for this one, this call hands it to
     * `onUndelivered`.
     *
     * @return where the value went; what was not taken is in it
     */
    public fun wake(key: K, value: V): WakeOutcome<V>

    /**
     * Ends the wait for [key]: who waits there gets exactly [cause], of which it is no copy and to which nothing is added.
     * A value that is stored, or was given to the waiter already, is not touched. Does not wait, and throws nothing else but
     * what [key] throws when it is compared.
     *
     * Whatever ends a wait at the same time, a value, a cancellation, a time limit or a close, one of them does.
     *
     * @return true if somebody waited and gets the cause, unless it is cancelled before it resumes; false if nothing has
     *   changed
     * @throws IllegalArgumentException if [cause] is a `CancellationException`: who waits would take itself for cancelled
     */
    public fun fail(key: K, cause: Throwable): Boolean

    /**
     * Ends all waits of this moment with exactly [cause], as [fail] does, and leaves the map open, as for a connection that
     * is to be made anew. A wait that begins because another one was told of it is not ended; one that begins while this
     * runs may be. Each waiter is told, whatever the code or the dispatcher of another one does. Does not wait.
     *
     * @return how many get the cause
     * @throws IllegalArgumentException if [cause] is a `CancellationException`, as [fail]; nothing has changed then
     */
    public fun failAll(cause: Throwable): Int

    /**
     * Lists the keys that are waited for, in no order. What begins or ends meanwhile may be in or not, and a key whose wait
     * ended and began again may be in twice. Takes time in proportion to those who wait, and compares no keys.
     *
     * @return the keys, as a list that does not change
     */
    public fun waitingKeys(): List<K>

    /**
     * Ends all waits, and those to come, with a [WaitMapClosedException]. Values already given still arrive, stored ones go to
     * `onUndelivered`, after all waiters were told. Does not wait for anything else. Idempotent: the first [cause] stays.
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
     * Suspends until the value comes and answers it, or throws what the wait was [failed][WaitMap.fail] with. To be called
     * once: a value arrives once.
     *
     * This function is cancellable. If the calling coroutine is cancelled, the wait has ended when it throws; a value that
     * had been given to it goes to the map's `onUndelivered`.
     *
     * @throws WaitMapClosedException if the map was closed before a value came
     * @throws dev.offload.OffloadCancelledException if this wait was [closed][close]
     * @throws IllegalStateException if it was called before
     * @throws CancellationException if the calling coroutine is cancelled
     */
    public suspend fun await(): V

    /**
     * As [await], for at most [timeout] from now. A value that was given in time arrives, also if it arrives later.
     *
     * @param timeout how long to wait; more than 292 years counts as that
     * @throws OffloadTimeoutException if no value came in time; the wait has ended then
     * @throws IllegalArgumentException if [timeout] is not longer than zero; the wait goes on then
     * @throws WaitMapClosedException as [await]
     * @throws dev.offload.OffloadCancelledException as [await]
     * @throws IllegalStateException as [await]
     * @throws CancellationException as [await]
     */
    public suspend fun await(timeout: Duration): V

    /**
     * Ends the wait: nobody waits for the key any more. A value that came and was not taken goes to the map's
     * `onUndelivered`. After a value was taken it does nothing. Idempotent.
     */
    override fun close()
}

/**
 * Makes a wait map.
 *
 * @param name in messages; shown as it is
 * @param early what to store for keys nobody waits for yet; null to hand it back
 * @param remember how many keys to remember when their wait has ended, the last ones, so that
 *   [NoMatch][WakeOutcome.NoMatch] tells late values and duplicates apart; what it tells so is not stored. Each operation
 *   takes one lock of the map then. With 0, nothing is remembered
 * @param context where to take the clock for stored values from: a dispatcher with virtual time, as in `runTest`; real time
 *   if there is none
 * @param onUndelivered is given, with its key, each value that was taken and then reached nobody: its waiter was cancelled
 *   or closed before it resumed, its dispatcher threw, or it fell out of the store. Without it such values are dropped. It
 *   runs on the thread that found out, holds up nobody else however long it takes, and may use the map; what it throws is
 *   logged.
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
 * As [await][WaitMap.await] with a time limit, for those to whom no value in time is nothing unusual.
 *
 * This function is cancellable, as [await][WaitMap.await] is.
 *
 * @param timeout how long to wait; more than 292 years counts as that
 * @return the value; null if none came in time, and nobody waits for the key then
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
 * As [await][Waiter.await] with a time limit, for those to whom no value in time is nothing unusual.
 *
 * This function is cancellable, as [await][Waiter.await] is.
 *
 * @param timeout how long to wait from now; more than 292 years counts as that
 * @return the value; null if none came in time, and the wait has ended then
 * @throws IllegalArgumentException if [timeout] is not longer than zero; the wait goes on then
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
 * @param maxStored how many values at most
 * @param maxAge how long one is stored
 * @throws IllegalArgumentException if [maxStored] is below 1, or [maxAge] is not longer than zero or longer than a `Long`
 *   of nanoseconds can hold
 * @since 0.1
 */
@JvmSynthetic
public fun EarlyWakes(maxStored: Int, maxAge: Duration): EarlyWakes = EarlyWakes(maxStored, maxAge.toJavaDuration())
