/**
 * Dispatchers: which are known, and guards against those that throw, block or run on the calling
 * thread (Kotlin).
 *
 * <p>Reading order: {@code QuickDispatchers} (those that any thread may call), {@code
 * GuardedDispatcher} (handles a step of a body that its dispatcher rejects), {@code
 * DispatcherTimer} (the clock of a dispatcher that has one), {@code Cascade} (callbacks nested to
 * any depth).
 *
 * <p>Uses threads and time. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.dispatch;

import org.jspecify.annotations.NullMarked;
