/**
 * The data of concurrency limits. What happens to it is decided in one place, {@code
 * internal.job.Admission}, under the lock of the waits.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.limits.PermitPool} (the permits of one
 * limit, lent ones included), {@link dev.offload.coroutines.internal.limits.Lane} (the queue of the
 * jobs that need the same limits), {@link dev.offload.coroutines.internal.limits.Ticket} (what one
 * job holds of its limits), {@link dev.offload.coroutines.internal.limits.RoomWaiter} (a caller
 * that waits for room in a queue).
 *
 * <p>Uses the log alone: no job, no scope. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.limits;

import org.jspecify.annotations.NullMarked;
