package dev.offload.coroutines

import dev.offload.OffloadCycleException
import dev.offload.coroutines.internal.caller.DeferredLease
import dev.offload.coroutines.internal.caller.DeferredView
import dev.offload.coroutines.internal.caller.awaitAllOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.selects.SelectClause1

/**
 * Suspends until all of these jobs have succeeded and returns their values in the order of the handles, or throws the
 * first failure as soon as it occurs, as [await][OffloadDeferred.await] does; if several occur at about the same time,
 * one of them. The other jobs continue: none of them is cancelled, and none of these handles is given up.
 *
 * This function is cancellable, and then drops no lease, like [await][OffloadDeferred.await].
 *
 * @throws CancellationException if the calling coroutine is cancelled, and only then
 * @throws dev.offload.OffloadException as [await][OffloadDeferred.await]
 * @throws OffloadCycleException if a body calls it and would wait for itself through any of the jobs
 * @since 0.1
 */
@JvmSynthetic
public suspend fun <T> Collection<OffloadDeferred<T>>.awaitAll(): List<T> =
    if (isEmpty()) emptyList() else awaitAllOf(map { it.lease })

/**
 * Suspends until all of [handles] have a value, like [awaitAll] of a collection.
 *
 * @since 0.1
 */
@JvmSynthetic
public suspend fun <T> awaitAll(vararg handles: OffloadDeferred<T>): List<T> = handles.asList().awaitAll()

/**
 * Returns this handle as a [Deferred], for code that expects one. It completes a moment after
 * [await][OffloadDeferred.await] would return, with the same outcome; if the job is cancelled, it fails with what that
 * throws. Does not suspend.
 *
 * It is this handle, not another lease: cancelling it, or completing it in another way, gives up the handle as
 * [cancel][dev.offload.OffloadHandle.cancel] does, and those who await it then get the [CancellationException] of
 * kotlinx.coroutines, although they are not cancelled themselves. Cancelling a coroutine that awaits it drops nothing.
 * Calling this function counts as asking for the outcome: a failure is not reported as unobserved. A body's wait for it
 * is not part of cycle detection.
 *
 * @return the same instance each time, as long as there is no outcome
 * @since 0.1
 */
@JvmSynthetic
public fun <T> OffloadDeferred<T>.asDeferred(): Deferred<T> = DeferredView.of(lease)

/**
 * A clause for `select` that is selected when this handle has its outcome, like the [onAwait][Deferred.onAwait] of
 * [asDeferred]; a failure fails the `select`. A clause that is not selected drops nothing.
 *
 * A `select` in a body is not part of cycle detection, and lends no permits.
 *
 * @since 0.1
 */
@get:JvmSynthetic
public val <T> OffloadDeferred<T>.onAwait: SelectClause1<T> get() = asDeferred().onAwait

private val <T> OffloadDeferred<T>.lease: DeferredLease<T>
    get() = requireNotNull(this as? DeferredLease<T>) {
        "the handle must be one that offload made, but is of $javaClass"
    }
