package dev.offload.coroutines.stress.programs

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy
import kotlin.random.Random

internal const val KINDS = 3

/** Makes programs; the same one for the same seed. */
internal class Generator(seed: Long) {
    private val random = Random(seed)
    private val managers = 1 + random.nextInt(2) + (if (random.oneIn(4)) 1 else 0)
    private val scopes = random.nextInt(3)
    private val jobs = 2 + random.nextInt(7)
    private val kinds = 1 + random.nextInt(KINDS)
    private val tight = random.nextBoolean()

    fun program() = Program(
        List(managers) { ManagerPlan(limit(if (tight) 2 else 6), List(KINDS) { limit(if (tight) 1 else 4) }) },
        List(scopes) { ScopePlan(random.nextInt(managers), limit(3)) },
        List(jobs) { job() },
        List(1 + random.nextInt(3)) { client() },
    )

    /** A limit in one of [n] cases. */
    private fun limit(n: Int): ConcurrencyLimit? {
        if (!random.oneIn(n)) return null
        val limit = ConcurrencyLimit.of(1 + random.nextInt(2))
        return if (random.oneIn(3)) limit.withMaxQueued(random.nextInt(3)) else limit
    }

    private fun job() = JobPlan(
        place = random.nextInt(managers + scopes),
        verb = VERBS.random(random),
        kind = random.nextInt(kinds),
        id = random.nextInt(3),
        conflict = if (random.oneIn(3)) ConflictPolicy.entries.random(random) else null,
        inPlace = random.oneIn(4),
        careless = random.oneIn(4),
        steps = steps(1 + random.nextInt(3), 2),
    )

    /** Somebody outside of all jobs: starts some, and may wait for them. */
    private fun client() = List(1 + random.nextInt(jobs)) { Start(random.nextInt(jobs)) } + steps(random.nextInt(3), 1)

    private fun steps(size: Int, depth: Int): List<Step> = List(size) { step(depth) }

    private fun step(depth: Int): Step {
        val job = random.nextInt(jobs)
        val place = random.nextInt(managers + scopes)
        return when (random.nextInt(if (depth > 0) 27 else 17)) {
            in 0..2 -> Start(job)
            in 3..6 -> Await(job)
            in 7..9 -> Join(job)
            in 10..11 -> Pause(1 + random.nextInt(3))
            12 -> Drop(job)
            13 -> CancelKey(job)
            14 -> JoinAll(place)
            15 -> if (random.nextBoolean()) CancelScope(place) else CancelAll(place)
            16 -> if (random.oneIn(3)) Fail else Pause(1)
            in 17..18 -> Both(some(depth), some(depth))
            in 19..20 -> Shielded(some(depth))
            in 21..22 -> Within(1 + random.nextInt(3), some(depth))
            in 23..24 -> Finally(some(depth), listOf(Shielded(some(depth))))
            else -> Scope(place, limit(3), random.oneIn(4), listOf(Start(job)) + some(depth))
        }
    }

    private fun some(depth: Int) = steps(1 + random.nextInt(2), depth - 1)

    private fun Random.oneIn(n: Int) = nextInt(n) == 0

    private companion object {
        val VERBS =
            listOf(Verb.SUBMIT, Verb.SUBMIT, Verb.SUBMIT, Verb.SHARE, Verb.SHARE, Verb.CALL, Verb.SPAWN, Verb.WHEN_ROOM)
    }
}

/** Programs that do a little less, in the order in which to try them. */
internal fun Program.smaller(): Sequence<Program> = sequence {
    clients.smaller { it.smallerSteps() }.forEach { yield(copy(clients = it)) }
    jobs.forEachIndexed { n, job -> job.smaller().forEach { yield(copy(jobs = jobs.with(n, it))) } }
    managers.forEachIndexed { n, plan ->
        if (plan.limit != null) yield(copy(managers = managers.with(n, plan.copy(limit = null))))
        plan.kinds.forEachIndexed { kind, limit ->
            if (limit != null) yield(copy(managers = managers.with(n, plan.copy(kinds = plan.kinds.with(kind, null)))))
        }
    }
    scopes.forEachIndexed { n, plan ->
        if (plan.limit != null) yield(copy(scopes = scopes.with(n, plan.copy(limit = null))))
    }
}

private fun JobPlan.smaller(): Sequence<JobPlan> = sequence {
    steps.smallerSteps().forEach { yield(copy(steps = it)) }
    if (inPlace) yield(copy(inPlace = false))
    if (careless) yield(copy(careless = false))
    if (conflict != null) yield(copy(conflict = null))
    if (verb != Verb.SUBMIT) yield(copy(verb = Verb.SUBMIT))
    if (place != 0) yield(copy(place = 0))
}

private fun List<Step>.smallerSteps(): Sequence<List<Step>> = smaller { step ->
    when (step) {
        is Scope -> step.steps.smallerSteps().map { listOf(step.copy(steps = it)) } +
            sequenceOf(step.copy(failFast = false), step.copy(limit = null)).filter { it != step }.map { listOf(it) } +
            sequenceOf(step.steps)

        is Both -> sequenceOf(step.left, step.right) +
            step.left.smallerSteps().map { listOf(step.copy(left = it)) } +
            step.right.smallerSteps().map { listOf(step.copy(right = it)) }

        is Shielded -> sequenceOf(step.steps) + step.steps.smallerSteps().map { listOf(step.copy(steps = it)) }

        is Within -> sequenceOf(step.steps) + step.steps.smallerSteps().map { listOf(step.copy(steps = it)) }

        is Finally -> sequenceOf(step.steps, step.last) +
            step.steps.smallerSteps().map { listOf(step.copy(steps = it)) } +
            step.last.smallerSteps().map { listOf(step.copy(last = it)) }

        else -> emptySequence()
    }
}

/** Without one element, or with one that is smaller. */
@JvmName("smallerLists")
private fun List<List<Step>>.smaller(shrink: (List<Step>) -> Sequence<List<Step>>): Sequence<List<List<Step>>> =
    sequence {
        for (n in indices) {
            yield(without(n))
            shrink(get(n)).forEach { yield(with(n, it)) }
        }
    }

/** Without one step, or with others in the place of one. */
private fun List<Step>.smaller(shrink: (Step) -> Sequence<List<Step>>): Sequence<List<Step>> = sequence {
    for (n in indices) {
        yield(without(n))
        shrink(get(n)).forEach { yield(subList(0, n) + it + subList(n + 1, size)) }
    }
}

private fun <T> List<T>.with(n: Int, element: T): List<T> = toMutableList().also { it[n] = element }

private fun <T> List<T>.without(n: Int): List<T> = subList(0, n) + subList(n + 1, size)
