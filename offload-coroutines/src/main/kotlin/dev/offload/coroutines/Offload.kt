package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.ScopeClosedException
import kotlinx.coroutines.CoroutineScope
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * Something that runs work in the background, for components that want to hand work over and need to know nothing else.
 *
 * Two implementations come with the library: an [OffloadScope], which runs the work, and [DisabledOffload], which drops
 * it. The shape is that of the trait `Offload` of the Rust crate hitbox.
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
     * @param context where to take thread-context elements from (MDC, traces) that the work shall run with, beside those that
     *   a `scope {}` captured; anything else in it, as the `Job` and the dispatcher of a caller, is left out
     * @param block the work. A failure is reported to the listener and the log, since nobody can await it.
     * @return the key of the job, with which it can be found and cancelled
     * @throws IllegalArgumentException if the label is ill-formed
     * @throws dev.offload.OffloadRejectedException if a concurrency limit is reached and its queue is full
     * @throws ScopeClosedException if this scope or the manager takes no new work
     */
    public fun spawn(
        label: String,
        context: CoroutineContext = EmptyCoroutineContext,
        block: suspend (@OffloadDsl CoroutineScope).() -> Unit,
    ): OffloadKey.Auto<*>
}
