package dev.offload.coroutines.internal.body

import kotlinx.coroutines.Job

/** The coroutine of a scope that was opened without a block: the one [above] waits for it, and is no parent of it. */
internal interface OpenedUnder {
    val above: Job
}
