package dev.offload.coroutines.internal.face

import dev.offload.coroutines.internal.dispatch.Cascade
import dev.offload.coroutines.internal.job.ScopeCore
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlin.coroutines.resume

/**
 * Represents an opened scope among the children of a foreign `Job`. It runs nothing, and a cancelled coroutine ends
 * only when its code does: so the parent waits until [release], whatever has become of the link.
 *
 * | the parent        | the link                  | the scope                                                    |
 * |-------------------|---------------------------|--------------------------------------------------------------|
 * | is active         | active                    | open, or at its end                                          |
 * | waits             | active                    | the same: it keeps the parent                                |
 * | is cancelled      | is cancelled, and waits   | closed by the link; [release] when all in it has ended       |
 * | was over before   | is cancelled, at once     | closed by the link, before anyone has it                     |
 *
 * The scope's own coroutine is not a child of that `Job`: it has its place among the scopes, where a chain may have any
 * length. Nothing propagates the other way: a link never fails, so no failing scope cancels the parent.
 */
@OptIn(InternalCoroutinesApi::class)
internal class ParentLink(parent: Job, private val core: ScopeCore) :
    AbstractCoroutine<Unit>(parent, initParentJob = false, active = true) {
    init {
        initParentJob(parent) // here, as it may cancel this at once
    }

    override fun onCancelling(cause: Throwable?) {
        if (cause != null) Cascade.run { core.close() }
    }

    /** The scope has ended. The parent may end with it, and run what waits for that; no other scope waits for this. */
    fun release() = core.engine().side.answer { resume(Unit) }
}
