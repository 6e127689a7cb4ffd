/**
 * Coroutine bodies (Kotlin).
 *
 * <p>Reading order: {@code SuspendBody} (how a body starts, ends and stops), {@code BodyContext}
 * (the context of a body), {@code JobElement} (how code finds its job), {@code CallDepth} (nesting
 * of scopes to any depth).
 *
 * <p>Uses jobs and dispatchers. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.body;

import org.jspecify.annotations.NullMarked;
