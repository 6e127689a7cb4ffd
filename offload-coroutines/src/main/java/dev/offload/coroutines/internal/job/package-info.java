/**
 * Jobs, the scopes that own them, and their waits for each other: one mechanism, and the only
 * package whose classes depend on each other in a large cycle.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.job.JobCell} (one job and its state
 * word), {@link dev.offload.coroutines.internal.job.JobEnd} (how a job ends), {@link
 * dev.offload.coroutines.internal.job.Aftermath} (what then follows on the same thread), {@link
 * dev.offload.coroutines.internal.job.Registry} (the jobs of each key), {@link
 * dev.offload.coroutines.internal.job.Gate} (open, completing, draining, cancelled), {@link
 * dev.offload.coroutines.internal.job.ScopeCore} (one scope), {@link
 * dev.offload.coroutines.internal.job.Lease} (one caller's share in a job), {@link
 * dev.offload.coroutines.internal.job.Admission} (assigns permits), {@link
 * dev.offload.coroutines.internal.job.WaitGraph} (who waits for whom), {@link
 * dev.offload.coroutines.internal.job.JobTimers} (the time limits of a job), {@link
 * dev.offload.coroutines.internal.job.Engine} (what the scopes of a manager share).
 *
 * <p>Uses threads, time, completions, reports, kinds and limits. Independent of tasks, wait maps,
 * coroutines and futures. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.job;

import org.jspecify.annotations.NullMarked;
