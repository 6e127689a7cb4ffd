package dev.offload.examples.gateway.replay

import dev.offload.examples.gateway.http.CacheOutcome
import java.io.IOException

/**
 * What a request brought.
 *
 * @property outcome what the gateway says it did; null if it does not say
 */
internal data class Page(val status: Int, val outcome: CacheOutcome?) {
    /** Whether it is none but an excuse. */
    val isError: Boolean get() = status >= SERVER_ERROR

    private companion object {
        const val SERVER_ERROR = 500
    }
}

/** Something to get pages from. */
internal fun interface Pages {
    /**
     * Asks for what is at [path].
     *
     * @throws IOException if there was no answer
     */
    suspend fun load(path: String): Page
}
