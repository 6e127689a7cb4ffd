/**
 * Suspending callers (Kotlin).
 *
 * <p>Reading order: {@code DeferredLease} (the handle of a caller), {@code DeferredView} (a handle
 * as a {@code Deferred}), {@code SuspendedCaller} (how a suspended caller is resumed), {@code
 * AwaitingAll} (several handles at once), {@code WaitingForRoom} (a caller that waits for room in a
 * queue).
 *
 * <p>Uses jobs, bodies and dispatchers. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.caller;

import org.jspecify.annotations.NullMarked;
