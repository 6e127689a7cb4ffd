/**
 * The keyed wait map without its faces.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.waitmap.WaitTable} (who waits for which
 * key, and what a wake does), {@link dev.offload.coroutines.internal.waitmap.WaitSlot} (one who
 * waits), {@link dev.offload.coroutines.internal.waitmap.EarlyValues} (what came before anyone
 * waited), {@link dev.offload.coroutines.internal.waitmap.PastWaits} (which waits are over, where
 * that is asked for).
 *
 * <p>Uses threads and time. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.waitmap;

import org.jspecify.annotations.NullMarked;
