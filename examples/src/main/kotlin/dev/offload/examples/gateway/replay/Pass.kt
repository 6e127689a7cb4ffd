package dev.offload.examples.gateway.replay

import dev.offload.OffloadStats
import dev.offload.ScopeSnapshot
import dev.offload.ShutdownReport
import dev.offload.examples.gateway.http.ACCESS_LOG
import dev.offload.examples.gateway.http.CacheOutcome
import dev.offload.examples.gateway.http.LoadCounts
import dev.offload.examples.gateway.http.ORIGIN_LOAD

/**
 * One pass, seen from three sides.
 *
 * @property calls what the callers saw
 * @property loads what was sent to the origin
 * @property handled how many requests the origin says it handled; null if it does not tell
 */
internal class Pass(val calls: Calls, val loads: LoadCounter, private val handled: Long?) {
    /** Requests to the origin: what it handled, or else what was sent to it. */
    val originRequests: Long get() = handled ?: loads.started

    /** Whether the origin is the embedded one, all of whose answers may be shared. */
    val isOwn: Boolean get() = handled != null

    /** Whether the origin and its client agree; where a load broke off, nobody knows whether it arrived. */
    val originAgrees: Boolean get() = originRequests in (loads.started - loads.broken)..loads.started
}

/**
 * A pass and what the manager says about it, read after the manager had shut down.
 *
 * @property counts what the gateway asked the manager for
 */
internal class SharedPass(
    val pass: Pass,
    val counts: LoadCounts,
    private val snapshot: ScopeSnapshot,
    private val shutdown: ShutdownReport,
) {
    /** The manager's counts for the loads. */
    val stats: OffloadStats get() = statsOf(ORIGIN_LOAD.name())

    private fun statsOf(kind: String): OffloadStats = snapshot.byKind()[kind] ?: OffloadStats.ZERO

    /**
     * Checks the manager's accounts by themselves, against what the gateway asked for and against what the replay
     * counted; nothing is left. A load that takes too long counts as cancelled.
     *
     * @return what is wrong; empty if all is well
     */
    fun faults(): List<String> {
        val calls = pass.calls
        val lines = statsOf(ACCESS_LOG)
        val sent = pass.loads.started + counts.unneeded
        val answered = pass.loads.answered + counts.unneeded
        val shared = calls.outcomes.getValue(CacheOutcome.JOINED)
        return listOfNotNull(
            differs("submitted", stats.submitted(), "accepted + joined + rejected", sumOfSubmitted()),
            differs("accepted", stats.accepted(), "succeeded + failed + cancelled + active", sumOfAccepted()),
            differs("accepted", stats.accepted(), "loads the gateway began", counts.started + counts.renewals),
            differs("joined", stats.joined(), "requests that joined a load", counts.joined),
            differs("rejected", stats.rejected(), "renewals found under way", counts.alreadyRenewing),
            differs("active", snapshot.total().active(), "jobs under way", 0),
            differs("accepted", stats.accepted(), "loads sent, and jobs that needed none", sent).takeIf { pass.isOwn },
            differs("succeeded", stats.succeeded(), "loads answered, and jobs that needed none", answered)
                .takeIf { pass.isOwn },
            "$shared answers are ${CacheOutcome.JOINED}, but joined is ${stats.joined()}"
                .takeIf { shared > stats.joined() },
            "${lines.succeeded()} lines of the access log were written for ${calls.total} requests"
                .takeIf { lines.succeeded() !in (calls.total - calls.unanswered)..calls.total },
            "the total is ${snapshot.total()}, but its kinds have ${stats.plus(lines)}"
                .takeIf { snapshot.total() != stats.plus(lines) },
            "shutdown left ${shutdown.undying().size} bodies running, ${shutdown.openScopes().size} scopes open"
                .takeIf { !shutdown.isClean },
            "the origin handled ${pass.originRequests} of ${pass.loads.started} loads".takeIf { !pass.originAgrees },
        )
    }

    private fun sumOfSubmitted(): Long = stats.accepted() + stats.joined() + stats.rejected()

    private fun sumOfAccepted(): Long = stats.run { succeeded() + failed() + cancelled() + active() }

    private fun differs(name: String, value: Long, otherName: String, other: Long): String? =
        "$name is $value, but $otherName: $other".takeIf { value != other }
}
