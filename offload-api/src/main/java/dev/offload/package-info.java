/**
 * The vocabulary of offload: keyed background work, run once per key, owned by a scope, remembered
 * by how it ended.
 *
 * <p>Read the types in this order:
 *
 * <ol>
 *   <li>{@link dev.offload.OffloadKind}: a named category of work and the type of its result.
 *   <li>{@link dev.offload.OffloadKey}: which piece of work, in one of three sealed forms.
 *   <li>{@link dev.offload.OffloadHandle}, {@link dev.offload.JobState}, {@link
 *       dev.offload.CancelReason}: one caller's lease on a job, where the job stands, and why it
 *       was cancelled.
 *   <li>{@link dev.offload.ConflictPolicy}, {@link dev.offload.Submission}, {@link
 *       dev.offload.RejectReason}: what happens when a key is already in flight, and how the caller
 *       is told.
 *   <li>{@link dev.offload.TimeoutPolicy}, {@link dev.offload.AbandonPolicy}, {@link
 *       dev.offload.ConcurrencyLimit}, {@link dev.offload.KindPolicy}, {@link
 *       dev.offload.OffloadConfig}: the settings.
 *   <li>{@link dev.offload.OffloadException} and its children: how work that did not succeed
 *       reaches its callers.
 *   <li>{@link dev.offload.TaskState}, {@link dev.offload.LaunchOutcome}, {@link
 *       dev.offload.RevokeOutcome}, {@link dev.offload.TaskEvent}: remembering how tasks ended.
 *   <li>{@link dev.offload.WakeOutcome}, {@link dev.offload.NoMatchReason}, {@link
 *       dev.offload.EarlyWakes}: waiting for a value by key.
 *   <li>{@link dev.offload.ScopeSnapshot}, {@link dev.offload.JobSnapshot}, {@link
 *       dev.offload.OffloadStats}, {@link dev.offload.ShutdownReport}: what a scope tells about
 *       itself.
 * </ol>
 *
 * <p>This package only describes; the module {@code dev.offload.coroutines} runs the work for
 * Kotlin callers, the module {@code dev.offload.async} for Java callers.
 *
 * <p>The idea of keyed offloading comes from the Rust crate hitbox ({@code OffloadManager}, {@code
 * OffloadKey}), that of remembering tasks from async_tasks_recorder, that of waiting by key from
 * maitake-sync ({@code WaitMap}).
 */
@NullMarked
package dev.offload;

import org.jspecify.annotations.NullMarked;
