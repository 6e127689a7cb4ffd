package dev.offload.coroutines.internal.face

import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.internal.body.BodyContext
import dev.offload.coroutines.internal.body.around
import dev.offload.coroutines.internal.dispatch.resumesQuickly
import dev.offload.coroutines.internal.job.ScopeCore
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.job
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater
import kotlin.coroutines.CoroutineContext

/** A child scope, around the coroutine whose context is given. */
internal class ChildScope(
    core: ScopeCore,
    override val root: OffloadManager,
    override val managerBodies: BodyContext,
    override val coroutineContext: CoroutineContext,
) : ScopeFace(core) {
    override val bodies = BodyContext(coroutineContext)

    override val carried: CoroutineContext get() = coroutineContext

    @Volatile
    private var completed: CompletableDeferred<Unit>? = null

    /** Completed by [completeScope]; awaited by the block of a scope that was opened without one. */
    val completion: CompletableDeferred<Unit>
        get() {
            COMPLETED.compareAndSet(this, null, completed ?: CompletableDeferred<Unit>())
            return completed!!
        }

    init {
        core.face(this)
    }

    override fun completeScope() {
        // If plain coroutines are still running, their end comes first: they may have work to submit.
        if (coroutineContext.job.children.none()) core.complete()
        val side = core.engine().side
        if (side.inPlace() || coroutineContext.resumesQuickly()) {
            completion.complete(Unit)
        } else {
            side.answer { completion.complete(Unit) }
        }
    }

    private companion object {
        val COMPLETED: AtomicReferenceFieldUpdater<ChildScope, CompletableDeferred<*>?> =
            AtomicReferenceFieldUpdater.newUpdater(ChildScope::class.java, CompletableDeferred::class.java, "completed")
    }
}
