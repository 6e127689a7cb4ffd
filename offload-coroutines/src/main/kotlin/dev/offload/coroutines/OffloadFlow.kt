package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.OffloadRejectedException
import dev.offload.coroutines.internal.caller.mapInOrder
import dev.offload.coroutines.internal.caller.mapUnordered
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow

/**
 * Runs a job for each element of this flow, several at a time, and emits their values:
 *
 * ```
 * ids.mapOffloaded(manager, concurrency = 8, key = { loadUser.key(it) }) { api.user(it) }
 * ```
 *
 * At most [concurrency] jobs are in flight or have values not yet collected, so a slow collector holds back the jobs,
 * and these hold back the flow. Where a concurrency limit of [scope] leaves no room, a job waits for room, as with
 * [submitWhenRoom][OffloadScope.submitWhenRoom]. An element whose key is in flight joins that job and emits its value.
 *
 * The flow is cold: each collector runs its own jobs. When collection ends, by a failure, a cancellation or because the
 * collector has enough, the jobs submitted for it are given up, as by [OffloadDeferred.cancel]: those that nobody else
 * holds are cancelled. The first job that fails ends the flow with its exception; if [ordered], when its turn comes.
 *
 * Collecting is safe from any coroutine; [key] and the upstream run in the collector's coroutine, [block] as a body of
 * [scope].
 *
 * @param scope owns the jobs
 * @param concurrency the maximum number of jobs at a time
 * @param ordered whether values are emitted in the order of the elements; otherwise as soon as they are available
 * @param key returns the key for the job of an element
 * @param block the body
 * @return the values
 * @throws IllegalArgumentException if [concurrency] is less than one
 * @throws OffloadRejectedException on collection: if [scope] accepts no more work, or refuses the key
 * @since 0.1
 */
@JvmSynthetic
public fun <A, R> Flow<A>.mapOffloaded(
    scope: OffloadScope,
    concurrency: Int,
    ordered: Boolean = true,
    key: (A) -> OffloadKey<R>,
    block: suspend CoroutineScope.(A) -> R,
): Flow<R> {
    require(concurrency > 0) { "concurrency must be at least 1, but is $concurrency" }
    val submit: suspend (A) -> OffloadDeferred<R> = { element -> scope.submitWhenRoom(key(element)) { block(element) } }
    return if (ordered) mapInOrder(concurrency, submit) else mapUnordered(concurrency, submit)
}
