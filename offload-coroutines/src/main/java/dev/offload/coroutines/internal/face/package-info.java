/**
 * The Kotlin face: the implementations of the public interfaces (Kotlin).
 *
 * <p>Reading order: {@code ManagerScope} (a manager), {@code ScopeFace} (a scope), {@code RunScope}
 * (a scope around a block), {@code ScopeRecorder} (a recorder), {@code ChannelWaitMap} (a wait
 * map), {@code Faces} (the bridge between the two languages).
 *
 * <p>Uses all other packages. Used by the factory functions of the public package, and by the Java
 * face. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.face;

import org.jspecify.annotations.NullMarked;
