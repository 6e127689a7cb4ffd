package dev.offload.examples.gateway.http

import dev.offload.coroutines.OffloadScope
import kotlinx.coroutines.coroutineScope

/** Stands in for the member of this name and signature, which wins over it as soon as there is one. */
@Suppress("UNUSED_PARAMETER")
internal suspend fun <R> OffloadScope.scope(
    name: String,
    failFast: Boolean = false,
    block: suspend OffloadScope.() -> R,
): R = coroutineScope { block(this@scope) }
