package dev.offload.examples.gateway.http

/** How a request met the cache; the value of the header `X-Cache`. A request that is passed through has none. */
internal enum class CacheOutcome {
    /** A fresh answer was there. */
    HIT,

    /** An answer that is no longer fresh was there, and did: it is being renewed, or the origin failed. */
    STALE,

    /** This request went to the origin. */
    MISS,

    /** This request waited for one that was on its way to the origin, and got the same answer. */
    JOINED,

    ;

    companion object {
        const val HEADER = "X-Cache"
    }
}
