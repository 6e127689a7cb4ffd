package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.coroutines.internal.job.CurrentJob

/**
 * The job in which code runs; see [currentOffload].
 *
 * @property key the key of the job
 * @property scope the scope that owns it
 * @since 0.1
 */
public class CurrentOffload internal constructor(public val key: OffloadKey<*>, public val scope: OffloadScope) {
    /** Returns the kind and the scope, without the id. */
    override fun toString(): String = "$key in ${scope.name}"
}

/**
 * Returns the job in which the calling code runs: code of a body and of its child coroutines, including non-suspending
 * functions they call, and `runBlocking` there. A coroutine that carries the context of a body, but is not its child or
 * continues after its end, is in no job. Whatever a body runs on its own call stack, such as an unconfined coroutine
 * that it resumes, counts as called by it.
 *
 * @return the job, or null if the caller is in none, or in one whose scope belongs to the Java API and was not converted
 *   for Kotlin
 * @since 0.1
 */
public fun currentOffload(): CurrentOffload? {
    val job = CurrentJob.get() ?: return null
    val scope = job.scope().face() as? OffloadScope ?: return null
    return CurrentOffload(job.key(), scope)
}
