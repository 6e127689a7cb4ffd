package dev.offload.coroutines.internal.face

import dev.offload.coroutines.internal.body.BodyContext
import dev.offload.coroutines.internal.completion.Completion
import dev.offload.coroutines.internal.job.ScopeCore
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.job
import kotlin.coroutines.CoroutineContext

/**
 * The face of a scope that Java opened. Its jobs are like those of any other; its plain coroutines are cancelled when
 * the scope has ended, since nothing in Java waits for them.
 */
internal class JavaScope(core: ScopeCore, override val root: ManagerScope) : ScopeFace(core) {
    private val ownJob = SupervisorJob(root.coroutineContext.job)

    override val bodies: BodyContext get() = root.bodies

    override val managerBodies: BodyContext get() = root.bodies

    override val coroutineContext: CoroutineContext = bodies.all + ownJob

    init {
        core.face(this)
        core.onClose { ownJob.cancel() }
        val ended = Ended()
        if (!core.termination().push(ended)) ownJob.cancel()
    }

    private inner class Ended : Completion() {
        override fun wantsEnd() = true

        override fun fire() = core.engine().side.stop { ownJob.cancel() }
    }

    override fun completeScope() {
        core.complete()
    }
}
