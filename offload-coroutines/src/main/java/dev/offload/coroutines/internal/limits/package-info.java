/**
 * The data of concurrency limits. All decisions about it are made in one place, {@code
 * internal.job.Admission}, under the lock of the waits.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.limits.PermitPool} (the permits of one
 * limit, including lent ones), {@link dev.offload.coroutines.internal.limits.Lane} (the queue of
 * the jobs that need the same limits), {@link dev.offload.coroutines.internal.limits.Ticket} (what
 * one job holds of its limits), {@link dev.offload.coroutines.internal.limits.RoomWaiter} (a caller
 * that waits for room in a queue).
 *
 * <p>Uses only the log: no job, no scope. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.limits;

import org.jspecify.annotations.NullMarked;
