/**
 * Bodies that are coroutines (Kotlin).
 *
 * <p>Reading order: {@code SuspendBody} (how a body starts, ends and stops), {@code BodyContext}
 * (the context it gets), {@code JobElement} (how code finds the job it is in), {@code CallDepth}
 * (scopes in scopes, as deep as they may be).
 *
 * <p>Uses jobs and dispatchers. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.body;

import org.jspecify.annotations.NullMarked;
