/**
 * Kinds of work: their settings and their counts.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.kinds.Kinds} (the kinds a manager
 * knows), {@link dev.offload.coroutines.internal.kinds.KindSettings} (the settings of one, resolved
 * once), {@link dev.offload.coroutines.internal.kinds.ScopeKind} (the counts of one in one scope,
 * and its queue).
 *
 * <p>Uses the limits. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.kinds;

import org.jspecify.annotations.NullMarked;
