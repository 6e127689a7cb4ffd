/**
 * The keyed wait map without its faces.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.waitmap.WaitTable} (the waiter of each
 * key, and what a wake does), {@link dev.offload.coroutines.internal.waitmap.WaitSlot} (one
 * waiter), {@link dev.offload.coroutines.internal.waitmap.EarlyValues} (values that came before
 * their waiters), {@link dev.offload.coroutines.internal.waitmap.PastWaits} (which waits are over,
 * if that is to be remembered).
 *
 * <p>Uses threads and time. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.waitmap;

import org.jspecify.annotations.NullMarked;
