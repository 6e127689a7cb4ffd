/**
 * Callbacks that run once, when something has ended.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.completion.Completion} (one callback),
 * {@link dev.offload.coroutines.internal.completion.Completions} (a lock-free stack of them that is
 * closed once).
 *
 * <p>Uses only the log. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.completion;

import org.jspecify.annotations.NullMarked;
