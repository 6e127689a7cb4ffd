package dev.offload.examples.replay

import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadManager
import java.io.IOException

/** What a load brings. */
internal data class Page(val status: Int)

/** Something to get pages from. */
internal fun interface Pages {
    /**
     * Loads what is at [path].
     *
     * @throws IOException if there was no answer, or none but an excuse
     */
    suspend fun load(path: String): Page
}

/** The kind of all loads: one constant, from which every key is made. */
internal val PAGE_LOAD: OffloadKind<Page> = OffloadKind.named("page.load")

/**
 * This is what the example is about: at any moment at most one load per path is under way, and all who want that path
 * wait for it. A failed load fails for all who wait for it, and is not remembered.
 */
internal class SharedPages(private val manager: OffloadManager, private val pages: Pages) : Pages {
    override suspend fun load(path: String): Page = manager.call(PAGE_LOAD.key(path)) { pages.load(path) }
}
