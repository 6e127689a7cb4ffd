/**
 * The Java face of offload: {@code CompletableFuture} handles and blocking bodies, no coroutine in
 * sight.
 *
 * <p>Begin with {@link dev.offload.async.AsyncOffloadManager}, which runs work under the keys of
 * {@link dev.offload.OffloadKind}; each caller gets an {@link dev.offload.async.OffloadFuture} of
 * its own.
 */
@NullMarked
package dev.offload.async;

import org.jspecify.annotations.NullMarked;
