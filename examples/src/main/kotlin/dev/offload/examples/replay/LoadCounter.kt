package dev.offload.examples.replay

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicReference
import java.util.concurrent.atomic.LongAdder

/** Counts the loads that pass through it on their way to the origin: the replay's own account of its jobs. */
internal class LoadCounter(private val pages: Pages) : Pages {
    private val byPath = ConcurrentHashMap<String, LongAdder>()
    private val succeededLoads = LongAdder()
    private val refusedLoads = LongAdder()
    private val brokenLoads = LongAdder()
    private val firstBroken = AtomicReference<Exception?>()

    /** Loads that brought a page. */
    val succeeded: Long get() = succeededLoads.sum()

    /** Loads that the origin answered with a server error. */
    val refused: Long get() = refusedLoads.sum()

    /** Loads that ended in any other way, so that nobody knows whether the origin saw them. */
    val broken: Long get() = brokenLoads.sum()

    /** Why the first of the [broken] loads ended; null if none did. */
    val firstBreak: Exception? get() = firstBroken.get()

    val failed: Long get() = refused + broken

    val started: Long get() = byPath.values.sumOf { it.sum() }

    /** Loads of one path. */
    fun started(path: String): Long = byPath[path]?.sum() ?: 0

    override suspend fun load(path: String): Page {
        byPath.computeIfAbsent(path) { LongAdder() }.increment()
        try {
            return pages.load(path).also { succeededLoads.increment() }
        } catch (e: HttpPages.BadStatusException) {
            refusedLoads.increment()
            throw e
        } catch (e: Exception) {
            brokenLoads.increment()
            firstBroken.compareAndSet(null, e)
            throw e
        }
    }
}
