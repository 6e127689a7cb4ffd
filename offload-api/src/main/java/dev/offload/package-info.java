/**
 * The vocabulary of offload: keyed background work that runs once per key, is owned by a scope, and
 * whose outcome can be recorded.
 *
 * <p>Read the types in this order:
 *
 * <ol>
 *   <li>{@link dev.offload.OffloadKind}: a named category of work and the type of its result.
 *   <li>{@link dev.offload.OffloadKey}: which piece of work, in one of three sealed forms.
 *   <li>{@link dev.offload.OffloadHandle}, {@link dev.offload.JobState}, {@link
 *       dev.offload.CancelReason}: one caller's lease on a job, the state of the job, and why it
 *       was cancelled.
 *   <li>{@link dev.offload.ConflictPolicy}, {@link dev.offload.Submission}, {@link
 *       dev.offload.RejectReason}: what happens when a key is already in flight, and what the
 *       caller gets.
 *   <li>{@link dev.offload.TimeoutPolicy}, {@link dev.offload.AbandonPolicy}, {@link
 *       dev.offload.ConcurrencyLimit}, {@link dev.offload.KindPolicy}, {@link
 *       dev.offload.OffloadConfig}: the settings.
 *   <li>{@link dev.offload.OffloadException} and its subclasses: how callers learn that work did
 *       not succeed.
 *   <li>{@link dev.offload.TaskState}, {@link dev.offload.LaunchOutcome}, {@link
 *       dev.offload.RevokeOutcome}, {@link dev.offload.TaskEvent}: recording how tasks ended.
 *   <li>{@link dev.offload.WakeOutcome}, {@link dev.offload.NoMatchReason}, {@link
 *       dev.offload.EarlyWakes}: waiting for a value by key.
 *   <li>{@link dev.offload.ScopeSnapshot}, {@link dev.offload.JobSnapshot}, {@link
 *       dev.offload.OffloadStats}, {@link dev.offload.ShutdownReport}: what a scope reports about
 *       itself.
 * </ol>
 *
 * <p>This package contains no engine; the module {@code dev.offload.coroutines} runs the work for
 * Kotlin callers, the module {@code dev.offload.async} for Java callers.
 *
 * <p>Keyed offloading comes from the Rust crate hitbox ({@code OffloadManager}, {@code
 * OffloadKey}), the recording of tasks from async_tasks_recorder, waiting by key from maitake-sync
 * ({@code WaitMap}).
 */
@NullMarked
package dev.offload;

import org.jspecify.annotations.NullMarked;
