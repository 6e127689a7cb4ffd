package dev.offload.coroutines

import dev.offload.OffloadKey
import dev.offload.coroutines.internal.CurrentJob

/**
 * What a body can learn about itself, see [currentOffload].
 *
 * @property key the key of the job
 * @property scope the scope that owns it
 * @since 0.1
 */
public class CurrentOffload internal constructor(public val key: OffloadKey<*>, public val scope: OffloadScope) {
    /** Names the kind and the scope, and not the id. */
    override fun toString(): String = "$key in ${scope.name}"
}

/**
 * Tells in which job the calling code runs: in a body and in its child coroutines, also in functions they call that do not
 * suspend, and in `runBlocking` there. A coroutine that carries the context of a body, but is no child of it or goes on after
 * its end, is in no job. What a body runs in its own place, as an unconfined coroutine that it resumes, counts as called by
 * it.
 *
 * @return the job, or null if the caller is in none, or in one that belongs to a manager of another face
 * @since 0.1
 */
public fun currentOffload(): CurrentOffload? {
    val job = CurrentJob.get() ?: return null
    val scope = job.scope().face() as? OffloadScope ?: return null
    return CurrentOffload(job.key(), scope)
}
