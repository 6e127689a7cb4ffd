package dev.offload.examples.gateway.http

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.flow.updateAndGet
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration

/** Counts the requests that are being answered, and lets none in from a moment on when there are none. */
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

    /**
     * Suspends until no request has been open for the time [quiet], and closes in that moment, so that none is left out
     * that was let in. This function is cancellable.
     */
    suspend fun closeWhenQuiet(quiet: Duration) {
        do {
            val none = state.first { it.open == 0 }
            val isQuiet = withTimeoutOrNull(quiet) { state.first { it.accepted != none.accepted } } == null
        } while (!isQuiet || !state.compareAndSet(none, none.copy(isClosed = true)))
    }

    /** Closes now, and answers how many are open. */
    fun close(): Int = state.updateAndGet { it.copy(isClosed = true) }.open

    /** Suspends until none is open. This function is cancellable. */
    suspend fun awaitNone() {
        state.first { it.open == 0 }
    }
}
