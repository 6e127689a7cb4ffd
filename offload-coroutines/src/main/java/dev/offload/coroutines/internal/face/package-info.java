/**
 * The Kotlin face: what stands behind the public interfaces (Kotlin).
 *
 * <p>Reading order: {@code ManagerScope} (a manager), {@code ScopeFace} (a scope), {@code RunScope}
 * (a scope around a block), {@code ScopeRecorder} (a recorder), {@code ChannelWaitMap} (a wait
 * map), {@code Faces} (the way from one language to the other).
 *
 * <p>Uses all other rooms. Its users are the factory functions of the public package, and the Java
 * face. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.face;

import org.jspecify.annotations.NullMarked;
