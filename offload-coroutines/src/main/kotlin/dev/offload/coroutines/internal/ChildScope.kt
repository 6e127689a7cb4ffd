package dev.offload.coroutines.internal

import dev.offload.coroutines.OffloadManager
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.job
import kotlin.coroutines.CoroutineContext

/** A scope under another one, around the coroutine whose context is given. */
internal class ChildScope(
    core: ScopeCore,
    override val root: OffloadManager,
    override val managerBodies: BodyContext,
    override val coroutineContext: CoroutineContext,
) : ScopeFace(core) {
    override val bodies = BodyContext(coroutineContext)

    override val carried: CoroutineContext get() = coroutineContext

    /** Completed by [completeScope]; waited for by the block of a scope that was opened without one. */
    val completion by lazy(LazyThreadSafetyMode.PUBLICATION) { CompletableDeferred<Unit>() }

    init {
        core.face(this)
    }

    override fun completeScope() {
        // With plain coroutines still running, their end comes first: they may have work to submit.
        if (coroutineContext.job.children.none()) core.complete()
        val side = core.engine().side
        if (side.inPlace() || coroutineContext.resumesQuickly()) {
            completion.complete(Unit)
        } else {
            side.answer { completion.complete(Unit) }
        }
    }
}
