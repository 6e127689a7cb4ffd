/**
 * Whose thread runs what others wrote, and how nothing they do gets further than that thread.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.threads.SideThreads} (the lanes of a
 * manager), {@link dev.offload.coroutines.internal.threads.SerialQueue} (news for one who takes
 * them one at a time), {@link dev.offload.coroutines.internal.threads.Log} (the log as foreign
 * code), {@link dev.offload.coroutines.internal.threads.OwnThreads} (how a thread is made), {@link
 * dev.offload.coroutines.internal.threads.PoolThread} (a thread that is made up for while it
 * waits).
 *
 * <p>Uses nothing else of the library. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.threads;

import org.jspecify.annotations.NullMarked;
