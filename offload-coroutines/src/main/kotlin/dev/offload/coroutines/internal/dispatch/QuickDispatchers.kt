package dev.offload.coroutines.internal.dispatch

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.MainCoroutineDispatcher
import java.util.concurrent.Executor
import java.util.concurrent.Executors
import java.util.concurrent.ThreadPoolExecutor
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/** What who resumes a coroutine does. */
internal enum class Resumption {
    /** Puts it into a queue, and nothing else. */
    QUEUED,

    /** Puts it into a queue, or runs it here, in a test. */
    QUICK,

    /** Nobody knows. */
    FOREIGN,
    ;

    companion object {
        /** How a coroutine of [context] is resumed. */
        fun of(context: CoroutineContext): Resumption = when {
            context[ContinuationInterceptor].isOfLibrary() -> QUEUED
            context.resumesQuickly() -> QUICK
            else -> FOREIGN
        }
    }
}

private fun ContinuationInterceptor?.isOfLibrary() = this === Dispatchers.Default || this === Dispatchers.IO

/**
 * Whether who resumes a coroutine of this context does little more than put it into a queue: neither runs its code nor waits
 * for anybody, and nothing is thrown. That is known of some dispatchers of kotlinx.coroutines and of plain pools of the JDK,
 * and of no other: an executor may block, throw, or run in place, and so may what a view of limited parallelism looks at.
 *
 * Test dispatchers may run code in place. That is what makes tests deterministic, and why they are chosen.
 */
internal fun CoroutineContext.resumesQuickly(): Boolean {
    val dispatcher = this[ContinuationInterceptor] ?: return false
    if (dispatcher.isOfLibrary() || isOfTest()) return true
    if (blocksThread()) return true
    val type = dispatcher.javaClass.name
    if (dispatcher is ExecutorCoroutineDispatcher) return dispatcher.executor.isPlainPool()
    return dispatcher is MainCoroutineDispatcher && type.startsWith("kotlinx.coroutines.") &&
        !dispatcher.mayRunInPlace()
}

/** Whether its coroutines run on the thread that is blocked in `runBlocking`, and nowhere else. */
internal fun CoroutineContext.blocksThread(): Boolean {
    val dispatcher = this[ContinuationInterceptor] ?: return false
    return !dispatcher.isOfLibrary() && dispatcher.javaClass.name == "kotlinx.coroutines.BlockingEventLoop"
}

/** Whether its dispatcher has the time of a test: it is virtual, and who runs it has asked for it. */
internal fun CoroutineContext.isOfTest(): Boolean = DispatcherTimer.of(this) != null

private fun MainCoroutineDispatcher.mayRunInPlace() = try {
    immediate === this
} catch (_: UnsupportedOperationException) { // there is none to be confused with
    false
}

/** A pool of the JDK without code of others in it, that neither waits for room nor runs what it has no room for. */
private fun Executor.isPlainPool() = javaClass == ThreadPoolExecutor::class.java &&
    (this as ThreadPoolExecutor).rejectedExecutionHandler.javaClass == ThreadPoolExecutor.AbortPolicy::class.java &&
    threadFactory.javaClass == DEFAULT_FACTORY &&
    queue.javaClass.name.startsWith("java.util.concurrent.")

private val DEFAULT_FACTORY = Executors.defaultThreadFactory().javaClass
