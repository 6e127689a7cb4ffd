/**
 * The core: plain Java, without coroutines or futures, so that it can be checked by itself and
 * serves both faces.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.JobCell} (one job and its state word),
 * {@link dev.offload.coroutines.internal.Waiters} (who is told), {@link
 * dev.offload.coroutines.internal.Registry} (which jobs a key has), {@link
 * dev.offload.coroutines.internal.Gate} (open, draining, closed), {@link
 * dev.offload.coroutines.internal.ScopeCore} (what a submission does), {@link
 * dev.offload.coroutines.internal.Lease} (one caller's share in a job). Apart from these: {@link
 * dev.offload.coroutines.internal.TaskTable} (how tasks ended) and {@link
 * dev.offload.coroutines.internal.WaitTable} (who waits for which key).
 *
 * <p>Not public API: it may change in any release.
 */
@NullMarked
package dev.offload.coroutines.internal;

import org.jspecify.annotations.NullMarked;
