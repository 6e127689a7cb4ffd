package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.OffloadKind
import kotlinx.coroutines.CoroutineScope
import kotlin.coroutines.CoroutineContext

/**
 * An [Offload] that drops the work: for tests, and for places where background work is disabled.
 *
 * Arguments are checked as elsewhere; the returned keys are fresh and never in flight.
 *
 * @since 0.1
 */
public object DisabledOffload : Offload {
    /**
     * Drops [block] without running it.
     *
     * @throws IllegalArgumentException if [label] is malformed
     */
    override fun spawn(
        label: String,
        context: CoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> Unit,
    ): OffloadKey.Auto<*> = OffloadKind.named<Any, Unit>(label).auto()
}
