package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.OffloadKind
import kotlinx.coroutines.CoroutineScope
import kotlin.coroutines.CoroutineContext

/**
 * Drops the work: for tests, and for places where background work is switched off.
 *
 * Arguments are checked as elsewhere, and the keys answered are fresh ones that are never in flight.
 *
 * @since 0.1
 */
public object DisabledOffload : Offload {
    /**
     * Drops [block] without running any of it.
     *
     * @throws IllegalArgumentException if [label] is ill-formed
     */
    override fun spawn(
        label: String,
        context: CoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> Unit,
    ): OffloadKey.Auto<*> = OffloadKind.named<Any, Unit>(label).auto()
}
