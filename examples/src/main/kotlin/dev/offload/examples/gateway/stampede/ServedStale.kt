package dev.offload.examples.gateway.stampede

import dev.offload.ConflictPolicy
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import kotlin.time.Duration

private val RENEW_PAGE = OffloadKind.named<Int, String>("page.renew")

/** As [SharedLoad], but who finds a stale page has that at once, and it is renewed in the background, once. */
internal class ServedStale(private val of: Surroundings) : Way {
    private val pages = FreshPages(of.scenario.ttl, of.clock)
    private val manager = OffloadManager(context = of.context, name = "stale")

    override suspend fun page(page: Int): String {
        pages.fresh(page)?.let { return it }
        val stale = pages.any(page) ?: return manager.call(RENEW_PAGE.key(page)) { renew(page) }
        manager.trySubmit(RENEW_PAGE.key(page), ConflictPolicy.REJECT) {
            try {
                renew(page)
            } catch (_: OriginDownException) {
                stale // nobody waits; who asks next tries again
            }
        }
        return stale
    }

    private suspend fun renew(page: Int): String = pages.fresh(page) ?: of.origin.load(page).also { pages[page] = it }

    override suspend fun close() {
        manager.shutdown(Duration.ZERO)
    }
}
