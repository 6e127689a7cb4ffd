package dev.offload.examples.gateway.http

import java.util.concurrent.atomic.LongAdder

/** What the manager answered to those who asked it for loads: the gateway's own account, to be compared with its. */
internal class LoadCounts {
    private val startedShares = LongAdder()
    private val joinedShares = LongAdder()
    private val startedRenewals = LongAdder()
    private val refusedRenewals = LongAdder()
    private val withoutLoad = LongAdder()

    /** Loads that a client waited for, and began. */
    val started: Long get() = startedShares.sum()

    /** Requests that joined a load. */
    val joined: Long get() = joinedShares.sum()

    /** Loads that were begun to renew what is stale. */
    val renewals: Long get() = startedRenewals.sum()

    /** Requests that met something stale that was being loaded already. */
    val alreadyRenewing: Long get() = refusedRenewals.sum()

    /** Jobs that found a fresh answer, and so had no need to ask the origin. */
    val unneeded: Long get() = withoutLoad.sum()

    fun shared(isJoined: Boolean) = (if (isJoined) joinedShares else startedShares).increment()

    fun renewed(isStarted: Boolean) = (if (isStarted) startedRenewals else refusedRenewals).increment()

    fun foundFresh() = withoutLoad.increment()
}
