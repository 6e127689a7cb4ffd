package dev.offload.examples.gateway.replay

import dev.offload.examples.gateway.http.OriginClient
import dev.offload.examples.gateway.http.OriginException
import dev.offload.examples.gateway.http.OriginRequest
import io.ktor.client.statement.HttpResponse
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicReference
import java.util.concurrent.atomic.LongAdder

/** Counts the requests that pass through it on their way to the origin: the replay's own account of the loads. */
internal class LoadCounter(private val origin: OriginClient) : OriginClient {
    private val byPath = ConcurrentHashMap<String, LongAdder>()
    private val answeredLoads = LongAdder()
    private val firstBroken = AtomicReference<OriginException?>()

    /** Loads to which the origin gave a whole answer, be it an error. */
    val answered: Long get() = answeredLoads.sum()

    /** Loads that ended in any other way, so that nobody knows whether the origin saw them. */
    val broken: Long get() = started - answered

    /** Why the first of the [broken] loads ended; null if none did, or by a limit of time. */
    val firstBreak: OriginException? get() = firstBroken.get()

    val started: Long get() = byPath.values.sumOf { it.sum() }

    /** Loads of one path. */
    fun started(path: String): Long = byPath[path]?.sum() ?: 0

    override suspend fun <T> exchange(request: OriginRequest, read: suspend (HttpResponse) -> T): T {
        byPath.computeIfAbsent(request.path) { LongAdder() }.increment()
        try {
            return origin.exchange(request, read).also { answeredLoads.increment() }
        } catch (e: OriginException) {
            firstBroken.compareAndSet(null, e)
            throw e
        }
    }
}
