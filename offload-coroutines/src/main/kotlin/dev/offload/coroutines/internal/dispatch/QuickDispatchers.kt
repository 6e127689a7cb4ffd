package dev.offload.coroutines.internal.dispatch

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.MainCoroutineDispatcher
import java.util.concurrent.Executor
import java.util.concurrent.Executors
import java.util.concurrent.ThreadPoolExecutor
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/** What resuming a coroutine does on the resuming thread. */
internal enum class Resumption {
    /** Puts it into a queue, and nothing else. */
    QUEUED,

    /** Puts it into a queue, or runs it here, in a test. */
    QUICK,

    /** Unknown. */
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
 * Whether resuming a coroutine of this context does little more than put it into a queue: it neither runs the
 * coroutine's code nor blocks, and throws nothing. That is known of some dispatchers of kotlinx.coroutines and of plain
 * pools of the JDK, and of no others: an executor may block, throw, or run on the calling thread, and so may what a
 * view of limited parallelism wraps.
 *
 * Test dispatchers may run code on the calling thread. That is what makes tests deterministic, and why they are used.
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

/** Whether its dispatcher has the time of a test: it is virtual, and the code that runs it has asked for it. */
internal fun CoroutineContext.isOfTest(): Boolean = DispatcherTimer.of(this) != null

private fun MainCoroutineDispatcher.mayRunInPlace() = try {
    immediate === this
} catch (_: UnsupportedOperationException) { // there is no immediate dispatcher to be confused with
    false
}

/** A JDK pool without foreign code in it, that neither waits for room nor runs tasks it has no room for. */
private fun Executor.isPlainPool() = javaClass == ThreadPoolExecutor::class.java &&
    (this as ThreadPoolExecutor).rejectedExecutionHandler.javaClass == ThreadPoolExecutor.AbortPolicy::class.java &&
    threadFactory.javaClass == DEFAULT_FACTORY &&
    queue.javaClass.name.startsWith("java.util.concurrent.")

private val DEFAULT_FACTORY = Executors.defaultThreadFactory().javaClass
