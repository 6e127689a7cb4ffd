/**
 * Dispatchers: which are known, and what guards against those that throw, block or run in place
 * (Kotlin).
 *
 * <p>Reading order: {@code QuickDispatchers} (those that can be called by any thread), {@code
 * GuardedDispatcher} (a step of a body whose dispatcher refuses it), {@code DispatcherTimer} (the
 * clock of a dispatcher that has one), {@code Cascade} (callbacks in callbacks, as deep as they may
 * be).
 *
 * <p>Uses threads and time. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.dispatch;

import org.jspecify.annotations.NullMarked;
