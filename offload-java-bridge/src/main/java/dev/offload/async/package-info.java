/**
 * The Java face of offload: {@code CompletableFuture} handles, scopes for try-with-resources,
 * bodies that block or answer a stage; no coroutine in sight.
 *
 * <p>Read {@link dev.offload.OffloadKind} and {@link dev.offload.OffloadKey} first, which name the
 * work, then the types here in this order:
 *
 * <ol>
 *   <li>{@link dev.offload.async.AsyncOffloadScope}: the verbs that run work. It owns the jobs of
 *       one request, and waits for them when it is closed. {@link dev.offload.async.SubmitOptions}
 *       and {@link dev.offload.async.ScopeOptions} are what can be asked for, {@link
 *       dev.offload.async.OffloadTask} is work without a result.
 *   <li>{@link dev.offload.async.AsyncOffloadManager}: the scope at the root of all others, one for
 *       the application.
 *   <li>{@link dev.offload.async.OffloadFuture}: one caller's lease on a job.
 *   <li>{@link dev.offload.async.AsyncTaskRecorder}, with {@link dev.offload.async.TaskWatch}:
 *       remembers how tasks ended.
 *   <li>{@link dev.offload.async.AsyncWaitMap}: waiting for a value by key.
 *   <li>{@link dev.offload.async.ContextCarrier} and {@link dev.offload.async.ContextCarriers}: the
 *       context of the submitting thread in the body.
 *   <li>{@link dev.offload.async.KotlinInterop}: for applications in both languages.
 * </ol>
 */
@NullMarked
package dev.offload.async;

import org.jspecify.annotations.NullMarked;
