package dev.offload.examples.gateway.stampede

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlin.time.Duration

private val LOAD_PAGE = OffloadKind.named<Int, String>("page.load")

/** All who miss a page share one load. It is cancelled with the last of them, and with none before. */
internal class SharedLoad(private val of: Surroundings) : Way {
    private val pages = FreshPages(of.scenario.ttl, of.clock)
    private val manager = OffloadManager(context = of.context, name = "shared")

    override suspend fun page(page: Int): String = pages.fresh(page) ?: manager.call(LOAD_PAGE.key(page)) {
        pages.fresh(page) ?: of.origin.load(page).also { pages[page] = it }
    }

    override suspend fun close() {
        manager.shutdown(Duration.ZERO)
    }
}
