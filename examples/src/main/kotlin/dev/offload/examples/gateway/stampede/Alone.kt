package dev.offload.examples.gateway.stampede

/** Each request that finds no fresh page loads it for itself. */
internal class Alone(private val of: Surroundings) : Way {
    private val pages = FreshPages(of.scenario.ttl, of.clock)

    override suspend fun page(page: Int): String = pages.fresh(page) ?: of.origin.load(page).also { pages[page] = it }
}
