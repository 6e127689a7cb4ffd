package dev.offload.coroutines.internal.job

import dev.offload.CancelReason
import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobState
import dev.offload.KindPolicy
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.internal.kinds.limitOf
import dev.offload.coroutines.internal.limits.PermitPool

/**
 * Jobs of one manager whose bodies run nothing: each begins when it is started, then waits and ends as a test says, all in
 * one thread. So a test sees what one step does, and what it does not.
 */
internal class BodiesByHand(vararg limits: Pair<OffloadKind<*, *>, ConcurrencyLimit>) {
    val root: ScopeCore = scopeByHand(
        config = OffloadConfig { for ((kind, limit) in limits) kind(kind, KindPolicy.unset().withConcurrency(limit)) },
    )
    private val bodies = ArrayList<Body>()

    fun submit(key: OffloadKey<String>, scope: ScopeCore = root, conflict: ConflictPolicy? = null): Body {
        val body = Body()
        val placement = scope.submissions().submit(key, conflict, null, body)
        check(!placement.joined())
        body.job = placement.taken()
        bodies += body
        return body
    }

    /** The limit of a kind. */
    fun pool(kind: OffloadKind<*, *>): PermitPool = root.engine().kinds.limitOf(kind)

    /** The jobs that hold a permit of a kind, and have not lent it. */
    fun holders(kind: OffloadKind<*, *>): Set<Body> = generateSequence(pool(kind).firstTop) { it.nextTop }
        .map { hold -> bodies.single { it.job === (hold.ticket as JobTicket).job } }
        .toSet()

    /** Ends all bodies, one after the other: none is left that does not come to run, and no permit or place. */
    fun comeToRest() {
        while (true) {
            val next = bodies.firstOrNull { it.runs } ?: break
            next.end()
        }
        check(root.views().activeCount() == 0L) { "left are ${root.views().activeJobs()}" }
        check(root.limitsInUse().isEmpty()) { "in use are ${root.limitsInUse()}" }
    }
}

internal class Body : ByHandBody() {
    lateinit var job: JobCell<String>

    /** Runs when it is asked to stop, before that is known to have been asked. */
    var onStop: () -> Unit = {}

    val runs: Boolean get() = job.state() == JobState.RUNNING || job.state() == JobState.CANCELLING

    override fun startBody(job: JobCell<String>) {
        super.startBody(job)
        check(job.begin())
    }

    override fun stopBody() {
        super.stopBody()
        onStop()
    }

    fun end() {
        check(runs)
        job.succeed("")
    }

    fun cancel() = check(job.cancel(CancelReason.CANCELLED))

    infix fun waitsFor(target: WaitTarget): WaitEdge = WaitGraph.begin(job, target).also { it.letGo() }

    infix fun waitsAnywayFor(target: WaitTarget): WaitEdge = WaitGraph.beginAnyway(job, target).also { it.letGo() }

    infix fun waitsFor(others: List<Body>): WaitEdge = waitsFor { to ->
        others.forEach { it.job.endTarget().eachPart(to) }
    }

    infix fun waitsFor(other: Body): WaitEdge = waitsFor(other.job.endTarget())
}
