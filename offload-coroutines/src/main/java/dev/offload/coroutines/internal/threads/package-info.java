/**
 * On which threads foreign code runs, and how its effects are confined to them.
 *
 * <p>Reading order: {@link dev.offload.coroutines.internal.threads.SideThreads} (the lanes of a
 * manager), {@link dev.offload.coroutines.internal.threads.SerialQueue} (a mailbox that delivers
 * one message at a time), {@link dev.offload.coroutines.internal.threads.Log} (the log as foreign
 * code), {@link dev.offload.coroutines.internal.threads.OwnThreads} (how a thread is created),
 * {@link dev.offload.coroutines.internal.threads.PoolThread} (a thread whose pool compensates while
 * it waits).
 *
 * <p>Uses nothing else of the library. Not public API.
 */
@NullMarked
package dev.offload.coroutines.internal.threads;

import org.jspecify.annotations.NullMarked;
