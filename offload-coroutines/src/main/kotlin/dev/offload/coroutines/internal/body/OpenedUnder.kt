package dev.offload.coroutines.internal.body

import kotlinx.coroutines.Job

/** The coroutine of a scope that was opened without a block: [above] waits for it, but is not its parent. */
internal interface OpenedUnder {
    val above: Job
}
