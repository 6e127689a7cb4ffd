package dev.offload.examples.replay

import dev.offload.OffloadStats
import dev.offload.ScopeSnapshot
import dev.offload.ShutdownReport

/**
 * One pass, seen from three sides.
 *
 * @property calls what the callers saw
 * @property loads what was sent
 * @property handled how many requests the origin says it handled; null if it does not tell
 */
internal class Pass(val calls: Calls, val loads: LoadCounter, private val handled: Long?) {
    /** Requests to the origin: what it handled, or else what was sent to it. */
    val originRequests: Long get() = handled ?: loads.started

    /** Whether the origin and its client agree; where a load broke off, nobody knows whether it arrived. */
    val originAgrees: Boolean get() = originRequests in (loads.started - loads.broken)..loads.started
}

/** A pass and what the manager says about it, read after the manager had shut down. */
internal class SharedPass(val pass: Pass, private val snapshot: ScopeSnapshot, private val shutdown: ShutdownReport) {
    /** The manager's counts for the loads. */
    val stats: OffloadStats get() = snapshot.byKind()[PAGE_LOAD.name()] ?: OffloadStats.ZERO

    /**
     * Checks the manager's accounts by themselves and against what the replay counted. A started load is a job, a call
     * that started none has joined one; nobody is refused, nothing is cancelled, and nothing is left.
     *
     * @return what is wrong; empty if all is well
     */
    fun faults(): List<String> {
        val calls = pass.calls.succeeded + pass.calls.failed
        val loads = pass.loads
        return listOfNotNull(
            differs("submitted", stats.submitted(), "accepted + joined + rejected", sumOfSubmitted()),
            differs("accepted", stats.accepted(), "succeeded + failed + cancelled + active", sumOfAccepted()),
            differs("submitted", stats.submitted(), "calls made", calls),
            differs("accepted", stats.accepted(), "loads started", loads.started),
            differs("joined", stats.joined(), "calls that started no load", calls - loads.started),
            differs("rejected", stats.rejected(), "calls refused", 0),
            differs("succeeded", stats.succeeded(), "loads that brought a page", loads.succeeded),
            differs("failed", stats.failed(), "loads that failed", loads.failed),
            differs("cancelled", stats.cancelled(), "loads cancelled", 0),
            differs("active", stats.active(), "loads under way", 0),
            "the total is ${snapshot.total()}, but its only kind has $stats".takeIf { snapshot.total() != stats },
            "shutdown left ${shutdown.undying().size} bodies running".takeIf { !shutdown.isClean },
            "the origin handled ${pass.originRequests} of ${loads.started} loads".takeIf { !pass.originAgrees },
        )
    }

    private fun sumOfSubmitted(): Long = stats.accepted() + stats.joined() + stats.rejected()

    private fun sumOfAccepted(): Long = stats.run { succeeded() + failed() + cancelled() + active() }

    private fun differs(name: String, value: Long, otherName: String, other: Long): String? =
        "$name is $value, but $otherName: $other".takeIf { value != other }
}
