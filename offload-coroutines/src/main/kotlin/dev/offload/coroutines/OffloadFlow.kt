package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.OffloadRejectedException
import dev.offload.coroutines.internal.mapInOrder
import dev.offload.coroutines.internal.mapUnordered
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow

/**
 * Runs a job for each element of this flow, several at a time, and emits their values:
 *
 * ```
 * ids.mapOffloaded(manager, concurrency = 8, key = { loadUser.key(it) }) { api.user(it) }
 * ```
 *
 * At most [concurrency] jobs of this flow are submitted whose values the collector has not taken; so a collector that is slow
 * holds up the jobs, and these the flow. Where a concurrency limit of [scope] leaves no room, a job waits for it, as with
 * [submitWhenRoom][OffloadScope.submitWhenRoom]. An element whose key is in flight joins that job and has its value.
 *
 * The flow is cold: each collector runs jobs of its own. When the collector goes, by a failure, a cancellation or because it has
 * enough, the jobs that were submitted for it are given up, as by [OffloadDeferred.cancel]: those that nobody else holds are
 * cancelled. The first job that fails ends the flow with its exception; in order, that is when its turn comes.
 *
 * Collecting is safe from any coroutine; [key] and the upstream run in that of the collector, [block] as a body of [scope].
 *
 * @param scope owns the jobs
 * @param concurrency how many jobs there may be at a time
 * @param ordered whether values come in the order of the elements; else as soon as they are there
 * @param key tells under which key the job of an element is to run
 * @param block the body
 * @return the values
 * @throws IllegalArgumentException if [concurrency] is less than one
 * @throws OffloadRejectedException where it is collected: if [scope] takes no work any more, or refuses the key
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
