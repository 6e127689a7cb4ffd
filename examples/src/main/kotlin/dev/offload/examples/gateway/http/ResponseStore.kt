package dev.offload.examples.gateway.http

import com.github.benmanes.caffeine.cache.Caffeine
import com.github.benmanes.caffeine.cache.Expiry
import kotlin.time.Duration
import kotlin.time.TimeSource
import kotlin.time.toJavaDuration

/** What the store knows of a path. */
internal sealed interface Entry {
    class Answer(val cached: CachedResponse) : Entry

    /** Its answers may not be shared, so that waiting for one would be in vain: each request is passed through. */
    data object NotShareable : Entry
}

/**
 * The answers that are kept, by path and query; the least useful ones go when there is no room for all. Loading is not
 * its business. Safe to use from any thread.
 */
internal class ResponseStore(private val settings: GatewaySettings, timeSource: TimeSource) {
    private val start = timeSource.markNow()
    private val entries =
        Caffeine
            .newBuilder()
            .maximumWeight(settings.maxStore)
            .weigher<String, Entry> { path, entry -> ENTRY_WEIGHT + path.length + bodySize(entry) }
            .expireAfter(Expiry.writing<String, Entry> { _, entry -> usefulFor(entry).toJavaDuration() })
            .ticker { start.elapsedNow().inWholeNanoseconds }
            .executor(Runnable::run)
            .build<String, Entry>()

    operator fun get(path: String): Entry? = entries.getIfPresent(path)

    operator fun set(path: String, entry: Entry) = entries.put(path, entry)

    private fun usefulFor(entry: Entry): Duration = when (entry) {
        is Entry.Answer -> entry.cached.usefulFor
        Entry.NotShareable -> settings.ttl
    }

    private fun bodySize(entry: Entry): Int = when (entry) {
        is Entry.Answer -> entry.cached.response.body.size
        Entry.NotShareable -> 0
    }

    private companion object {
        /** A guess at what headers and bookkeeping take. */
        const val ENTRY_WEIGHT = 1_024
    }
}
