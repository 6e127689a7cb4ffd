package dev.offload.coroutines.stress.programs

import dev.offload.ConflictPolicy
import dev.offload.KindPolicy
import dev.offload.OffloadConfig
import dev.offload.OffloadCycleException
import dev.offload.OffloadException
import dev.offload.OffloadKey
import dev.offload.OffloadKind
import dev.offload.OffloadRejectedException
import dev.offload.ScopeClosedException
import dev.offload.Submission
import dev.offload.coroutines.OffloadConfig
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.cancel
import dev.offload.coroutines.cancelAll
import dev.offload.coroutines.complete
import dev.offload.coroutines.joinAll
import dev.offload.coroutines.scope
import dev.offload.coroutines.stress.programs.WaitRecord.What
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.util.IdentityHashMap
import java.util.concurrent.atomic.AtomicIntegerArray
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.time.Duration.Companion.milliseconds

/** The failure of a [Fail]. */
internal class Failed : RuntimeException("a step that fails", null, false, false)

/** Runs a program; what it does is written down for an [Oracle]. */
internal class Interpreter(
    private val program: Program,
    private val dispatcher: CoroutineDispatcher,
    private val inPlace: CoroutineDispatcher,
    private val oracle: Oracle,
    newManager: (OffloadConfig, CoroutineDispatcher) -> OffloadManager,
) {
    val kinds = List(KINDS) { OffloadKind.named<Any, Int>("kind$it") }
    val managers: List<OffloadManager> = program.managers.map { plan ->
        val config = OffloadConfig {
            plan.kinds.forEachIndexed { n, limit ->
                if (limit != null) kind(kinds[n], KindPolicy.unset().withConcurrency(limit))
            }
            plan.limit?.let { concurrency(it) }
        }
        newManager(config, dispatcher)
    }
    private val roots = managers.mapIndexed { n, manager -> Place(manager, null, program.managers[n].limit) }
    private val pools = program.managers.map { plan -> plan.kinds.map { limit -> limit?.let { Pool(it) } } }
    private val opened = program.scopes.map { plan ->
        Place(managers[plan.manager].openScope("opened", concurrency = plan.limit), roots[plan.manager], plan.limit)
    }
    private val places = roots + opened
    private val started = AtomicIntegerArray(program.jobs.size)
    private val handles = arrayOfNulls<Held>(program.jobs.size)
    private val seen = IdentityHashMap<Throwable, Unit>()

    /** A handle, with the jobs it may be one of. */
    private class Held(val handle: OffloadDeferred<Int>, val jobs: () -> List<JobRecord>, val scope: Job?) {
        @Volatile
        var isDropped = false

        /** The end of a scope drops what was shared in it; its cancel does not, before its last body has ended. */
        val isGone get() = isDropped || scope?.isCompleted == true
    }

    /** Where a step is done. */
    private data class Here(
        val body: JobRecord?,
        val careless: Boolean,
        val scope: Place? = null,
        val isShielded: Boolean = false,
    )

    suspend fun client(steps: List<Step>) = try {
        Here(null, false).run(steps)
    } catch (_: Failed) {
        // As told to.
    }

    fun completeScopes() = opened.forEach { it.scope.complete() }

    private suspend fun Here.run(steps: List<Step>) = steps.forEach { run(it) }

    private suspend fun Here.run(step: Step) {
        oracle.now()
        when (step) {
            is Pause -> delay(step.millis.milliseconds)

            is Start -> start(step.job)

            is Await -> holding(step.job)?.let { wait(What.OUTCOME, { it.isGone }, it.jobs) { it.handle.await() } }

            is Join -> holding(step.job)?.let { wait(What.END, { false }, it.jobs) { it.handle.join() } }

            is JoinAll -> joinAll(places[step.place])

            is Scope -> scope(step)

            is Both -> both(step)

            is Shielded -> withContext(NonCancellable) { copy(isShielded = true).run(step.steps) }

            is Within -> withTimeoutOrNull(step.millis.milliseconds) { run(step.steps) }

            is Finally -> try {
                run(step.steps)
            } finally {
                run(step.last)
            }

            is Drop -> held(step.job)?.let { held -> if (held.handle.cancel()) held.isDropped = true }

            is CancelKey -> program.jobs[step.job].let { job -> keyOf(job)?.let { places[job.place].scope.cancel(it) } }

            is CancelAll -> places[step.place].scope.cancelAll()

            is CancelScope -> if (step.place >= roots.size) places[step.place].scope.cancel()

            Fail -> throw Failed()
        }
    }

    private suspend fun Here.holding(job: Int): Held? = start(job).let { held(job) }

    private fun held(job: Int) = synchronized(handles) { handles[job] }

    private suspend fun Here.both(step: Both): Unit = coroutineScope {
        val left = async { run(step.left) }
        run(step.right)
        left.await()
    }

    // Waits.

    private suspend fun Here.joinAll(place: Place) {
        val jobs = oracle.ownedBy(place)
        wait(What.END, { false }, { jobs }) { place.scope.joinAll() }
    }

    private suspend fun Here.wait(
        what: What,
        isDropped: () -> Boolean,
        targets: () -> List<JobRecord>,
        action: suspend () -> Unit,
    ) {
        if (body == null) return surviving(null, action)
        val wait = oracle.waits(body, what, currentCoroutineContext().job, isShielded, isDropped, targets)
        try {
            surviving(wait, action)
        } finally {
            oracle.goesOn(wait)
        }
    }

    /** Goes on whatever is told by others, unless the body is careless. */
    private suspend fun Here.surviving(wait: WaitRecord?, action: suspend () -> Unit) {
        try {
            action()
        } catch (e: CancellationException) {
            if (currentCoroutineContext().job.isActive) {
                oracle.complain("E1: $e reached ${body?.number ?: "a client"}, who is not cancelled")
            }
            throw e
        } catch (e: OffloadException) {
            if (e is OffloadCycleException) told(wait, e)
            if (careless) throw e
        } catch (e: Failed) {
            if (careless) throw e
        } catch (e: Throwable) {
            oracle.complain("$e at ${e.stackTrace.take(8)}")
        }
    }

    /** It may have been told before, to a body that failed with it. */
    private fun told(wait: WaitRecord?, cycle: OffloadCycleException) {
        val isNews = synchronized(seen) { seen.put(cycle, Unit) == null }
        if (!isNews) return
        if (wait == null) oracle.complain("a circle was told outside of all bodies: $cycle") else oracle.cycle(wait)
    }

    private suspend fun Here.scope(step: Scope) {
        val above = places[step.place]
        val coroutine = currentCoroutineContext().job
        var wait: WaitRecord? = null
        try {
            surviving(null) {
                try {
                    above.scope.scope("below", step.failFast, step.limit) {
                        val place = Place(this, above, step.limit)
                        try {
                            copy(scope = place).run(step.steps)
                        } finally {
                            if (body != null) {
                                wait =
                                    oracle.waits(body, What.SCOPE, coroutine, true, { false }) { oracle.ownedBy(place) }
                            }
                        }
                    }
                } catch (e: OffloadCycleException) {
                    told(wait, e)
                    throw e
                }
            }
        } finally {
            wait?.let { oracle.goesOn(it) }
        }
    }

    // Jobs.

    private fun keyOf(job: JobPlan): OffloadKey.Keyed<Int>? = if (job.verb ==
        Verb.SPAWN
    ) {
        null
    } else {
        kinds[job.kind].key(job.id)
    }

    private suspend fun Here.start(number: Int) {
        if (!started.compareAndSet(number, 0, 1)) return
        val job = program.jobs[number]
        val owner = if (job.verb <=
            Verb.WHEN_ROOM
        ) {
            scope ?: places[job.place]
        } else {
            (scope ?: places[job.place]).andAbove().last()
        }
        val key = keyOf(job)
        val record = JobRecord(number, owner, key, conflictOf(job), poolsOf(job, owner), oracle.now())
        val body: suspend CoroutineScope.() -> Int = { body(record, job) }
        val context: CoroutineContext = if (job.inPlace) inPlace else EmptyCoroutineContext
        oracle.submitting(record)
        val face = scope?.scope ?: places[job.place].scope
        try {
            when (job.verb) {
                Verb.SUBMIT -> submit(face, record, job, context, body)

                Verb.WHEN_ROOM -> whenRoom(face, record, job, context, body)

                Verb.SHARE -> {
                    val joined = oracle.joined(owner, key!!, record)
                    val handle = face.share(key, context = context, block = body)
                    hold(record, handle, joined, face.coroutineContext[Job])
                }

                Verb.CALL -> call(face, record, key!!, body)

                Verb.SPAWN -> record.autoKey = face.spawn("spawned") { body(record, job) }
            }
        } catch (e: OffloadRejectedException) {
            oracle.refused(record, e.reason())
        } catch (_: ScopeClosedException) {
            oracle.discard(record)
        }
    }

    private fun conflictOf(job: JobPlan) = when (job.verb) {
        Verb.SUBMIT, Verb.WHEN_ROOM -> job.conflict ?: ConflictPolicy.JOIN
        Verb.SPAWN -> ConflictPolicy.ALLOW
        else -> ConflictPolicy.JOIN
    }

    private fun poolsOf(job: JobPlan, owner: Place): List<Pool> {
        val root = roots.indexOf(owner.andAbove().last())
        val ofKind = if (job.verb == Verb.SPAWN) null else pools[root][job.kind]
        return owner.andAbove().mapNotNull { it.pool }.toList() + listOfNotNull(ofKind)
    }

    private fun Here.submit(
        face: OffloadScope,
        record: JobRecord,
        job: JobPlan,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> Int,
    ) {
        val joined = oracle.joined(record.owner, record.key!!, record)

        @Suppress("UNCHECKED_CAST")
        val key = record.key as OffloadKey<Int>
        when (val taken = face.trySubmit(key, job.conflict, context = context, block = block)) {
            is Submission.Rejected -> oracle.refused(record, taken.reason())
            else -> hold(record, taken.handleOrNull()!!, joined, null)
        }
    }

    /** A body does not wait for room: nobody would know of that wait. */
    private suspend fun Here.whenRoom(
        face: OffloadScope,
        record: JobRecord,
        job: JobPlan,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> Int,
    ) {
        if (body != null) return submit(face, record, job, context, block)
        @Suppress("UNCHECKED_CAST")
        val key = record.key as OffloadKey<Int>
        val handle = face.submitWhenRoom(key, job.conflict, context = context, block = block)
        hold(record, handle, oracle.joined(record.owner, key, record), null)
    }

    private fun hold(record: JobRecord, handle: OffloadDeferred<Int>, joined: () -> List<JobRecord>, scope: Job?) {
        val jobs = if (handle.joined()) joined else ({ listOf(record) })
        if (handle.joined()) oracle.discard(record) else record.handle = handle
        synchronized(handles) { handles[record.number] = Held(handle, jobs, scope) }
    }

    private suspend fun Here.call(
        face: OffloadScope,
        record: JobRecord,
        key: OffloadKey.Keyed<Int>,
        block: suspend CoroutineScope.() -> Int,
    ) {
        wait(What.CALL, { false }, oracle.called(record, key)) {
            try {
                face.call(key) { block() }
            } catch (e: OffloadRejectedException) {
                oracle.refused(record, e.reason())
            }
        }
    }

    private suspend fun body(record: JobRecord, job: JobPlan): Int {
        oracle.begins(record)
        try {
            coroutineScope { Here(record, job.careless).run(job.steps) }
        } finally {
            oracle.ends(record)
        }
        return record.number
    }
}
