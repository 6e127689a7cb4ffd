package dev.offload.coroutines

import dev.offload.OffloadCycleException
import dev.offload.coroutines.internal.DeferredLease
import dev.offload.coroutines.internal.DeferredView
import dev.offload.coroutines.internal.awaitAllOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.selects.SelectClause1

/**
 * Suspends until all of these jobs have succeeded and answers their values in the order of the handles, or throws the first
 * failure as soon as it is there, as [await][OffloadDeferred.await] throws it; of failures that come at about one time, one of
 * them. The other jobs go on: this cancels none of them, and gives none of these handles up.
 *
 * This function is cancellable, and then drops nothing, as [await][OffloadDeferred.await].
 *
 * @throws CancellationException if the calling coroutine is cancelled, and only then
 * @throws dev.offload.OffloadException as [await][OffloadDeferred.await]
 * @throws OffloadCycleException if a body calls it and would wait for itself by any of the jobs
 * @since 0.1
 */
@JvmSynthetic
public suspend fun <T> Collection<OffloadDeferred<T>>.awaitAll(): List<T> =
    if (isEmpty()) emptyList() else awaitAllOf(map { it.lease })

/**
 * Suspends until all of [handles] have a value; as the [awaitAll] of a collection.
 *
 * @since 0.1
 */
@JvmSynthetic
public suspend fun <T> awaitAll(vararg handles: OffloadDeferred<T>): List<T> = handles.asList().awaitAll()

/**
 * Shows this handle as a [Deferred] of the coroutine library, for code that asks for one. It completes with what
 * [await][OffloadDeferred.await] answers, a moment after that; a cancelled job makes it fail, with what that throws. Does not
 * suspend.
 *
 * It is this handle and no other lease: to cancel it, or to complete it in another way, gives the handle up as
 * [cancel][dev.offload.OffloadHandle.cancel] does, and who awaits it then gets the [CancellationException] of the
 * coroutine library, though he is not cancelled himself. To cancel who awaits it drops nothing. Who asks for it has asked
 * for the outcome: a failure is not reported as one that nobody awaited. A body's wait for it is not seen where a circle
 * of jobs is looked for.
 *
 * @return while there is no outcome the same one each time
 * @since 0.1
 */
@JvmSynthetic
public fun <T> OffloadDeferred<T>.asDeferred(): Deferred<T> = DeferredView.of(lease)

/**
 * Is chosen by `select` when this handle has its answer, as the [onAwait][Deferred.onAwait] of [asDeferred]; fails the `select`
 * if that is a failure. A clause that is not chosen drops nothing.
 *
 * A `select` in a body is not seen where a circle of jobs is looked for, and lends no permits.
 *
 * @since 0.1
 */
@get:JvmSynthetic
public val <T> OffloadDeferred<T>.onAwait: SelectClause1<T> get() = asDeferred().onAwait

private val <T> OffloadDeferred<T>.lease: DeferredLease<T>
    get() = requireNotNull(this as? DeferredLease<T>) {
        "the handle must be one that offload made, but is of $javaClass"
    }
