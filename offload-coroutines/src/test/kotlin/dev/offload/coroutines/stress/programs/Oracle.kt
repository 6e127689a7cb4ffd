package dev.offload.coroutines.stress.programs

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import dev.offload.JobSnapshot
import dev.offload.JobState
import dev.offload.OffloadHandle
import dev.offload.OffloadKey
import dev.offload.RejectReason
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.find
import dev.offload.coroutines.snapshot
import kotlinx.coroutines.Job

/** What owns jobs, as the program sees it. */
internal class Place(val scope: OffloadScope, val above: Place?, limit: ConcurrencyLimit?) {
    val pool = limit?.let { Pool(it) }

    fun andAbove() = generateSequence(this) { it.above }
}

/** What is under one limit. */
internal class Pool(val limit: ConcurrencyLimit) {
    val jobs = mutableListOf<JobRecord>()
}

/** One job, from before its submission on. */
internal class JobRecord(
    val number: Int,
    val owner: Place,
    val key: OffloadKey<*>?,
    val conflict: ConflictPolicy,
    val pools: List<Pool>,
    val submitted: Long,
) {
    /** Null while it is being submitted, and for one that is called or spawned. */
    var handle: OffloadHandle? = null

    /** Of one that is spawned. */
    var autoKey: OffloadKey.Auto<*>? = null
    var begun: Long? = null
    var ended: Long? = null
    val waits = mutableListOf<WaitRecord>()

    /** Those that may run on its permits. */
    val borrowers = mutableSetOf<JobRecord>()

    val isRunning get() = begun != null && ended == null

    fun state(): JobState? {
        val known = handle ?: return autoKey?.let { owner.scope.find(it)?.state() ?: JobState.SUCCEEDED }
        return known.jobState()
    }

    /** Whether its end may have to be waited for. */
    fun mayBeActive() = state()?.isActive ?: (ended == null && (key == null || found() != null))

    /** The job under the key in the owner itself: `find` looks into the manager, too. */
    private fun found(): JobSnapshot? {
        owner.scope.find(key!!) ?: return null
        val own = owner.scope.snapshot().jobs().filter { it.key() == key }
        return own.firstOrNull { it.state() != JobState.CANCELLING } ?: own.firstOrNull()
    }

    /** Whether its outcome may have to be waited for. */
    fun mayBeUndecided() = when (state()) {
        null -> mayBeActive() && (key == null || found()?.state() != JobState.CANCELLING)
        else -> state() == JobState.QUEUED || state() == JobState.RUNNING
    }
}

/** That a body waits, from before it says so until it goes on. */
internal class WaitRecord(
    val of: JobRecord,
    val what: What,
    private val coroutine: Job,
    private val isShielded: Boolean,
    val since: Long,
    private val isDropped: () -> Boolean,
    val targets: () -> List<JobRecord>,
) {
    enum class What { OUTCOME, CALL, END, SCOPE }

    var until: Long? = null

    /** Whom it waits for at this moment, as exactly as can be known from outside. */
    fun blockers(): List<JobRecord> = when {
        until != null -> emptyList()

        what == What.SCOPE -> targets().filter { it.mayBeActive() }

        // A cancel ends it: it has reached the coroutine already, or is about to.
        coroutine.isCancelled || (!isShielded && of.state() == JobState.CANCELLING) -> emptyList()

        what == What.END -> targets().filter { it.mayBeActive() }

        isDropped() -> emptyList()

        else -> targets().filter { it.mayBeUndecided() }
    }
}

/**
 * Judges from outside what the library does, by what bodies write down before they wait and after. If [exact], all happens on
 * one thread, and states can be asked for at the very moment; else only what holds whatever else happens is asked for.
 */
internal class Oracle(private val exact: Boolean) {
    private val jobs = mutableListOf<JobRecord>()
    private var clock = 0L
    private val wrong = mutableListOf<String>()

    /** How often anything worth a test was seen. */
    var cycles = 0
        private set
    var lent = 0
        private set

    val failures: List<String> @Synchronized get() = wrong.toList()

    @Synchronized
    fun now(): Long = ++clock

    @Synchronized
    fun complain(what: String) {
        wrong += what
    }

    // Jobs.

    @Synchronized
    fun submitting(record: JobRecord) {
        jobs += record
        record.pools.forEach { it.jobs += record }
    }

    /** It came to nothing: another one was joined, or it was refused. */
    @Synchronized
    fun discard(record: JobRecord) {
        jobs -= record
        record.pools.forEach { it.jobs -= record }
    }

    /** Those that a submission under the key may have joined: the last one, if that can be known. */
    @Synchronized
    fun joined(domain: Place, key: OffloadKey<*>, newcomer: JobRecord?): () -> List<JobRecord> {
        val all = under(domain, key).filter { it !== newcomer }
        if (!exact) return { synchronized(this) { under(domain, key) } }
        val open = all.filter { it.mayBeUndecided() }.asReversed()
        val known = open.indexOfFirst { it.handle != null }
        val met = if (known < 0) open else open.subList(0, known + 1)
        return { met }
    }

    private fun under(domain: Place, key: OffloadKey<*>) = jobs.filter { it.owner === domain && it.key == key }

    /** Whom a call under the key waits for. That it joins another job can only be foreseen; it is told nobody. */
    @Synchronized
    fun called(record: JobRecord, key: OffloadKey<*>): () -> List<JobRecord> {
        val joined = joined(record.owner, key, record)
        if (!exact) return joined
        val met = joined()
        if (met.isEmpty()) return { listOf(record) }
        discard(record)
        return { if (record.begun == null) met else listOf(record) }
    }

    private fun isInFlight(domain: Place, key: OffloadKey<*>) = under(domain, key).any { it.mayBeUndecided() }

    @Synchronized
    fun ownedBy(place: Place) = jobs.filter { job -> job.owner.andAbove().any { it === place } }

    // Limits.

    @Synchronized
    fun begins(record: JobRecord) {
        record.begun = now()
        if (record !in jobs) submitting(record)
        record.pools.forEach { pool ->
            val running = pool.jobs.filter { it !== record && it.isRunning }
            val busy = running.filter {
                !it.mayLend(record) && it.borrowers.none { borrower -> borrower.ended == null }
            }
            if (busy.size >= pool.limit.maxConcurrent()) {
                complain("the limit ${pool.limit} is exceeded by ${record.number}: ${busy.map { it.number }} run")
            }
            if (running.size >= pool.limit.maxConcurrent()) {
                lent++
                running.filter { it.mayLend(record) }.forEach { it.borrowers += record }
            }
        }
    }

    /** Whether it has waited at any time since the other one was submitted. */
    private fun JobRecord.mayLend(to: JobRecord) =
        waits.any { it.until.let { end -> end == null || end > to.submitted } }

    @Synchronized
    fun ends(record: JobRecord) {
        record.ended = now()
    }

    @Synchronized
    fun refused(record: JobRecord, reason: RejectReason) {
        discard(record)
        if (!exact) return
        val key = record.key
        when (reason) {
            RejectReason.QUEUE_FULL -> {
                if (record.pools.haveRoom()) complain("QUEUE_FULL for ${record.number}, though there was room")
                if (key != null && record.conflict != ConflictPolicy.ALLOW && isInFlight(record.owner, key)) {
                    val may = setOf(ConflictPolicy.REJECT, ConflictPolicy.JOIN)
                    if (record.conflict in
                        may
                    ) {
                        complain("QUEUE_FULL for ${record.number}, though its key was in flight")
                    }
                }
            }

            RejectReason.KEY_IN_FLIGHT ->
                if (key == null || under(record.owner, key).none { it.mayBeActive() }) {
                    complain("KEY_IN_FLIGHT for ${record.number}, though it was not")
                }

            else -> Unit
        }
    }

    /** Whether there is a permit of each, or a place in the queue of each, for sure. */
    private fun List<Pool>.haveRoom(): Boolean {
        val active = map { pool -> pool.jobs.filter { it.mayBeActive() } }
        val permits = indices.all { active[it].size < get(it).limit.maxConcurrent() }
        val places = indices.all { n -> active[n].count { it.begun == null } < get(n).limit.maxQueued() }
        val either =
            singleOrNull()?.let { it.limit.maxConcurrent().toLong() + it.limit.maxQueued() > active[0].size } == true
        return permits || places || either
    }

    // Waits.

    @Synchronized
    fun waits(
        record: JobRecord,
        what: WaitRecord.What,
        coroutine: Job,
        isShielded: Boolean,
        isDropped: () -> Boolean,
        targets: () -> List<JobRecord>,
    ) = WaitRecord(record, what, coroutine, isShielded, now(), isDropped, targets).also { record.waits += it }

    /** A wait was refused, or given up: there must be a way back. */
    @Synchronized
    fun cycle(wait: WaitRecord) {
        cycles++
        // The end of a scope is told of a circle only when that scope has ended.
        val atOnce = exact && clock == wait.since && wait.what != WaitRecord.What.SCOPE
        val next: (JobRecord) -> List<JobRecord> = if (atOnce) ::blockers else { job -> meanwhile(job, wait.since) }
        // A call that was refused has given up its job already.
        val blockers = if (wait.what == WaitRecord.What.CALL) wait.targets() else wait.blockers()
        val open = ArrayDeque(if (atOnce) blockers else wait.targets().filter { it.wasActive(wait.since) })
        val met = mutableSetOf<JobRecord>()
        while (open.isNotEmpty()) {
            val job = open.removeFirst()
            if (job === wait.of) return
            if (met.add(job)) open += next(job)
        }
        val way = met.map { "${it.number} (${it.state()})" }
        complain(
            "no circle: ${wait.of.number} was told of one, but leads to $way only${if (atOnce) " at that moment" else ""}",
        )
    }

    private fun blockers(job: JobRecord): List<JobRecord> =
        if (job.begun == null) predecessors(job).filter { it.mayBeActive() } else job.waits.flatMap { it.blockers() }

    /** Whom it may have waited for at any time since then. */
    private fun meanwhile(job: JobRecord, since: Long): List<JobRecord> {
        val before = if (job.begun.let { it == null || it >= since }) predecessors(job) else emptyList()
        val awaited = job.waits.filter { it.until.let { end -> end == null || end >= since } }.flatMap { it.targets() }
        return (before + awaited).filter { it.wasActive(since) }
    }

    private fun JobRecord.wasActive(since: Long) = ended.let { it == null || it >= since }

    private fun predecessors(job: JobRecord): List<JobRecord> = if (job.conflict == ConflictPolicy.ALLOW ||
        job.key == null
    ) {
        emptyList()
    } else {
        under(job.owner, job.key).takeWhile { it !== job }
    }

    @Synchronized
    fun goesOn(wait: WaitRecord) {
        wait.until = now()
    }
}
