package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.ScopeClosedException
import kotlinx.coroutines.CoroutineScope
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * Runs work in the background, for components that only need to hand work over.
 *
 * The library has two implementations: an [OffloadScope], which runs the work, and [DisabledOffload], which drops it.
 * The interface follows the trait `Offload` of the Rust crate hitbox.
 *
 * @since 0.1
 */
public interface Offload {
    /**
     * Runs [block] in the background and does not wait for it.
     *
     * The work is owned by the manager and outlives the calling scope. Safe to call from any thread; does not suspend.
     *
     * @param label what kind of work this is, for logs, metrics and settings: 1 to 64 characters out of
     *   `A-Z a-z 0-9 . _ -`. Use few, fixed labels and never put an id into one. A label conflicts with no kind.
     * @param context provides thread-context elements (MDC, traces) for the work, in addition to those captured by a
     *   `scope {}`; anything else in it, such as the `Job` and the dispatcher of a caller, is ignored
     * @param block the work. A failure is reported to the listener and the log, since nobody can await it.
     * @return the key of the job, by which it can be looked up and cancelled
     * @throws IllegalArgumentException if the label is malformed
     * @throws dev.offload.OffloadRejectedException if a concurrency limit is reached and its queue is full
     * @throws ScopeClosedException if this scope or the manager accepts no new work
     */
    public fun spawn(
        label: String,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> Unit,
    ): OffloadKey.Auto<*>
}
