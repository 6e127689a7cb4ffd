/**
 * The Java API of offload: {@code CompletableFuture} handles, scopes for try-with-resources, bodies
 * that block or return a stage; no coroutines.
 *
 * <p>Read {@link dev.offload.OffloadKind} and {@link dev.offload.OffloadKey} first, which identify
 * the work, then the types here in this order:
 *
 * <ol>
 *   <li>{@link dev.offload.async.AsyncOffloadScope}: the operations that run work. It owns the jobs
 *       of one request, for example, and waits for them when it is closed. {@link
 *       dev.offload.async.SubmitOptions} and {@link dev.offload.async.ScopeOptions} set what
 *       differs from the defaults, {@link dev.offload.async.OffloadTask} is work without a result.
 *   <li>{@link dev.offload.async.AsyncOffloadManager}: the root scope, one per application.
 *   <li>{@link dev.offload.async.OffloadFuture}: one caller's lease on a job.
 *   <li>{@link dev.offload.async.AsyncTaskRecorder}, with {@link dev.offload.async.TaskWatch}:
 *       records how tasks ended.
 *   <li>{@link dev.offload.async.AsyncWaitMap}: waiting for a value by key.
 *   <li>{@link dev.offload.async.ContextCarrier} and {@link dev.offload.async.ContextCarriers}:
 *       carry the context of the submitting thread into the body.
 *   <li>{@link dev.offload.async.KotlinInterop}: for applications in both languages.
 * </ol>
 */
@NullMarked
package dev.offload.async;

import org.jspecify.annotations.NullMarked;
