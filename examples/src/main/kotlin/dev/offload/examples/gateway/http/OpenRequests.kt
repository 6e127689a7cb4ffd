package dev.offload.examples.gateway.http

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.update

/** Counts the requests that are being answered, and lets none in after the last one has left. */
internal class OpenRequests {
    private data class State(val open: Int, val accepted: Long, val isClosed: Boolean)

    private val state = MutableStateFlow(State(0, 0, isClosed = false))

    /** How many are in. */
    val open: Int get() = state.value.open

    /** How many have been let in so far. */
    val accepted: Long get() = state.value.accepted

    /** Lets a request in, or tells that it comes too late. */
    fun enter(): Boolean {
        while (true) {
            val now = state.value
            if (now.isClosed) return false
            if (state.compareAndSet(now, now.copy(open = now.open + 1, accepted = now.accepted + 1))) return true
        }
    }

    /** To be called once for each that was let in. */
    fun leave() = state.update { it.copy(open = it.open - 1) }

    /** Suspends until a moment when no request is open, and closes in that moment. This function is cancellable. */
    suspend fun closeWhenNone() {
        do {
            val none = state.first { it.open == 0 }
        } while (!state.compareAndSet(none, none.copy(isClosed = true)))
    }
}
