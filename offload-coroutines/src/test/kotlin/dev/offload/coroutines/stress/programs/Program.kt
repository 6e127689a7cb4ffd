package dev.offload.coroutines.stress.programs

import dev.offload.ConcurrencyLimit
import dev.offload.ConflictPolicy

/**
 * A small program of jobs that start, await and cancel each other. Jobs, places and managers are named by their numbers; the
 * first places are the managers, the others are scopes that are open from the beginning.
 */
internal data class Program(
    val managers: List<ManagerPlan>,
    val scopes: List<ScopePlan>,
    val jobs: List<JobPlan>,
    val clients: List<List<Step>>,
)

/** A manager, with a limit of its own and one for each kind. */
internal data class ManagerPlan(val limit: ConcurrencyLimit?, val kinds: List<ConcurrencyLimit?>)

internal data class ScopePlan(val manager: Int, val limit: ConcurrencyLimit?)

/** A job, which runs once at most, and only if a step starts it. */
internal data class JobPlan(
    val place: Int,
    val verb: Verb,
    val kind: Int,
    val id: Int,
    val conflict: ConflictPolicy?,
    val inPlace: Boolean,
    /** Whether it fails by what its waits throw, instead of going on. */
    val careless: Boolean,
    val steps: List<Step>,
)

internal enum class Verb { SUBMIT, WHEN_ROOM, SHARE, CALL, SPAWN }

internal sealed interface Step

internal data class Pause(val millis: Int) : Step

/** Starts a job that was not started yet; in a [Scope], that one owns it if it is submitted. */
internal data class Start(val job: Int) : Step

/** Starts the job, if nobody did, and awaits its outcome. */
internal data class Await(val job: Int) : Step

/** Starts the job, if nobody did, and awaits its end. */
internal data class Join(val job: Int) : Step

internal data class JoinAll(val place: Int) : Step

internal data class Scope(val place: Int, val limit: ConcurrencyLimit?, val failFast: Boolean, val steps: List<Step>) :
    Step

internal data class Both(val left: List<Step>, val right: List<Step>) : Step

/** Not to be cancelled. */
internal data class Shielded(val steps: List<Step>) : Step

/** With a time limit. */
internal data class Within(val millis: Int, val steps: List<Step>) : Step

/** Does the last steps also if the first ones were cancelled or failed. */
internal data class Finally(val steps: List<Step>, val last: List<Step>) : Step

/** Cancels a handle. */
internal data class Drop(val job: Int) : Step

internal data class CancelKey(val job: Int) : Step

internal data class CancelAll(val place: Int) : Step

/** Cancels an opened scope; nothing, if the place is a manager. */
internal data class CancelScope(val place: Int) : Step

internal data object Fail : Step
