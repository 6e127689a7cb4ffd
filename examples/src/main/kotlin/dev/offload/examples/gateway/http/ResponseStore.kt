package dev.offload.examples.gateway.http

import com.github.benmanes.caffeine.cache.Cache
import com.github.benmanes.caffeine.cache.Caffeine
import com.github.benmanes.caffeine.cache.Expiry
import io.ktor.http.Headers
import java.util.concurrent.atomic.AtomicLong
import kotlin.time.Duration
import kotlin.time.TimeSource
import kotlin.time.toJavaDuration

/** What the store knows of a path. */
private sealed interface Entry {
    /** Its answers, by what the request has of the headers that [vary] names. */
    class Answers(val vary: List<String>, val byVariant: Map<String, CachedResponse>) : Entry

    /** Its answers may not be shared, so that waiting for one would be in vain: each request is passed through. */
    data object NotShareable : Entry
}

/** What the store has for a request. */
internal sealed interface Found {
    class Answer(val cached: CachedResponse) : Found

    data object NotShareable : Found

    data object Nothing : Found
}

/**
 * What requests can share a load by.
 *
 * @property variant what they have of the headers that the path is known to vary with
 * @property generation how often, in a way, the path has been written to: who comes after that wants no load from before
 */
internal data class LoadKey(val path: String, val variant: String, val generation: Long)

/**
 * The answers that are kept, by path and query, and there by what `Vary` names; the least useful ones go when there is no
 * room for all. Loading is not its business. Safe to use from any thread.
 */
internal class ResponseStore(private val settings: GatewaySettings, timeSource: TimeSource) {
    private val start = timeSource.markNow()
    private val entries: Cache<String, Entry> =
        Caffeine
            .newBuilder()
            .maximumWeight(settings.maxStore)
            .weigher<String, Entry> { path, entry -> weight(path, entry) }
            .expireAfter(Expiry.writing<String, Entry> { _, entry -> usefulFor(entry).toJavaDuration() })
            .ticker { start.elapsedNow().inWholeNanoseconds }
            .executor(Runnable::run)
            .build()

    /** The generations of paths that were written to; as long as there may be a load from before. */
    private val generations: Cache<String, Long> =
        Caffeine
            .newBuilder()
            .maximumSize(MAX_GENERATIONS)
            .expireAfterWrite((settings.originLimit * 2).toJavaDuration())
            .ticker { start.elapsedNow().inWholeNanoseconds }
            .build()
    private val writes = AtomicLong()

    /** What a request with these headers may have. */
    fun find(path: String, request: Headers): Found = when (val entry = entries.getIfPresent(path)) {
        null -> Found.Nothing
        is Entry.Answers -> entry.byVariant[variantOf(entry.vary, request)]?.let(Found::Answer) ?: Found.Nothing
        Entry.NotShareable -> Found.NotShareable
    }

    /** By what a request with these headers shares a load, as far as is known before there is an answer. */
    fun loadKey(path: String, request: Headers): LoadKey {
        val vary = (entries.getIfPresent(path) as? Entry.Answers)?.vary.orEmpty()
        return LoadKey(path, variantOf(vary, request), generation(path))
    }

    /** Keeps the answer of a load, unless the path has been written to since it began. */
    fun put(key: LoadKey, variant: Variant, cached: CachedResponse) = update(key) { old ->
        val same = (old as? Entry.Answers)?.takeIf { it.vary == variant.vary }?.byVariant.orEmpty() - variant.value
        // The oldest come first.
        val kept = same.entries.toList().takeLast(MAX_VARIANTS - 1).associate { it.toPair() }
        Entry.Answers(variant.vary, kept + (variant.value to cached))
    }

    /** Remembers that answers of the path are not to be shared. */
    fun putNotShareable(key: LoadKey) = update(key) { Entry.NotShareable }

    /** Forgets what was written to, and what is being loaded of it. */
    fun invalidate(path: String) {
        generations.put(path, writes.incrementAndGet())
        entries.invalidate(path)
    }

    private fun update(key: LoadKey, new: (Entry?) -> Entry) {
        entries.asMap().compute(key.path) { _, old -> if (generation(key.path) == key.generation) new(old) else old }
    }

    private fun generation(path: String): Long = generations.getIfPresent(path) ?: 0

    private fun usefulFor(entry: Entry): Duration = when (entry) {
        is Entry.Answers -> entry.byVariant.values.maxOf { it.usefulFor }
        Entry.NotShareable -> settings.passFor
    }

    private fun weight(path: String, entry: Entry): Int {
        val answers = (entry as? Entry.Answers)?.byVariant.orEmpty()
        val size = answers.entries.sumOf { (variant, it) -> 1L + PER_ANSWER + variant.length + it.response.size }
        return (PER_PATH + path.length + size).coerceAtMost(Int.MAX_VALUE.toLong()).toInt()
    }

    private companion object {
        /** Guesses at what bookkeeping takes. */
        const val PER_PATH = 512
        const val PER_ANSWER = 256

        /** So that a client cannot fill the store with what nobody else asks for. */
        const val MAX_VARIANTS = 32
        const val MAX_GENERATIONS = 100_000L
    }
}
