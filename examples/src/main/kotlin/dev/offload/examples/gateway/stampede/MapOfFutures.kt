package dev.offload.examples.gateway.stampede

import kotlinx.coroutines.CompletableDeferred
import java.util.concurrent.ConcurrentHashMap

/**
 * What is written by hand most often: the first who misses a page loads it, the others wait for its future. A failure is
 * told to all of them and not kept. So is the cancel of the first: they fail, although nothing is wrong with the page.
 */
internal class MapOfFutures(private val of: Surroundings) : Way {
    private val pages = FreshPages(of.scenario.ttl, of.clock)
    private val inFlight = ConcurrentHashMap<Int, CompletableDeferred<String>>()

    override suspend fun page(page: Int): String {
        pages.fresh(page)?.let { return it }
        val own = CompletableDeferred<String>()
        inFlight.putIfAbsent(page, own)?.let { return it.await() }
        try {
            val text = of.origin.load(page)
            pages[page] = text
            own.complete(text)
            return text
        } catch (e: Throwable) {
            own.completeExceptionally(e)
            throw e
        } finally {
            inFlight.remove(page)
        }
    }
}
