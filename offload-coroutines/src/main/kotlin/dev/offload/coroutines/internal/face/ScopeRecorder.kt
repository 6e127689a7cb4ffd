package dev.offload.coroutines.internal.face

import dev.offload.KeepValues
import dev.offload.LaunchOutcome
import dev.offload.OffloadKind
import dev.offload.RevokeOutcome
import dev.offload.TaskEvent
import dev.offload.TaskState
import dev.offload.TimeoutPolicy
import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.internal.body.BodyContext
import dev.offload.coroutines.internal.body.currentJob
import dev.offload.coroutines.internal.body.requireNoJob
import dev.offload.coroutines.internal.caller.DeferredLease
import dev.offload.coroutines.internal.caller.awaitEnd
import dev.offload.coroutines.internal.caller.awaitEnds
import dev.offload.coroutines.internal.caller.whenRoom
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.recorder.RecorderCore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/** The Kotlin face of a [RecorderCore]. */
internal class ScopeRecorder<ID : Any, T>(val core: RecorderCore<ID, T>, private val bodies: BodyContext) :
    TaskRecorder<ID, T> {
    private val name = core.kind().name()

    override val transitions: Flow<TaskEvent<ID>> = transitionsOf(core.feed())

    override fun watch(): Flow<TaskEvent<ID>> = watchOf(core)

    override fun launch(
        id: ID,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): LaunchOutcome<OffloadDeferred<T>> =
        core.launch(id, timeout, bodies.body(name, context.requireNoJob(), block), ::lease)

    private fun lease(job: JobCell<T>, joined: Boolean): OffloadDeferred<T> = DeferredLease(job, joined)

    override suspend fun launchWhenRoom(
        id: ID,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> T,
    ): LaunchOutcome<OffloadDeferred<T>> {
        currentCoroutineContext().ensureActive()
        val body = bodies.body(name, context.requireNoJob(), block)
        val first = core.launchIfRoom(id, timeout, body, ::lease)
        if (first != null) return first
        val key = core.key<T>(id)
        val scope = core.scope()
        if (scope.submissions().isHeldUpBy(currentCoroutineContext().currentJob(), key)) {
            return core.launch(id, timeout, body, ::lease)
        }
        return scope.whenRoom(key) { core.launchIfRoom(id, timeout, body, ::lease) }
    }

    override suspend fun <R> revoke(
        id: ID,
        timeout: TimeoutPolicy?,
        context: CoroutineContext,
        block: suspend CoroutineScope.() -> R,
    ): RevokeOutcome<R> {
        currentCoroutineContext().ensureActive()
        val body = bodies.body(name, context.requireNoJob(), block)
        val revoking = core.revoke(id, timeout, body)
        return revoking.refusal() ?: outcome(DeferredLease(revoking.job()!!, joined = false))
    }

    private suspend fun <R> outcome(lease: DeferredLease<R>): RevokeOutcome<R> = try {
        RevokeOutcome.Revoked(lease.await())
    } catch (e: Throwable) {
        lease.cancel() // in case only this caller's wait ended
        currentCoroutineContext().ensureActive()
        // The original, not a copy made for the caller it is thrown to.
        val told = if (lease.isReady && !lease.isDropped) lease.job().failure() else null
        RevokeOutcome.RevokeFailed(told ?: e)
    }

    override fun state(id: ID): TaskState = core.state(id)

    override fun stateAssumingLaunched(id: ID): TaskState {
        val state = core.state(id)
        return if (state == TaskState.NOT_FOUND) TaskState.WORKING else state
    }

    override suspend fun awaitEnd(id: ID): TaskState {
        currentCoroutineContext().ensureActive()
        val underWay = core.underWay(id)
        underWay.jobs().awaitEnds(core.scope())
        return underWay.state().get()
    }

    override suspend fun joinAll() {
        currentCoroutineContext().ensureActive()
        core.jobs().awaitEnds(core.scope())
    }

    override fun cancelAll(): Int = core.cancelAll()

    override fun failure(id: ID): Throwable? = core.failure(id)

    override fun tasks(state: TaskState): List<ID> = core.tasks(state)

    override fun count(state: TaskState): Long = core.count(state)

    override fun forget(id: ID): Boolean = core.forget(id)

    override fun dropSucceeded(ids: Iterable<ID>): Int = core.dropSucceeded(ids)

    override fun dropSucceeded(olderThan: Duration): Int {
        require(!olderThan.isNegative()) { "olderThan must not be negative, but is $olderThan" }
        return core.dropSucceeded(olderThan.toJavaDuration())
    }

    companion object {
        fun <ID : Any, T> create(
            scope: OffloadScope,
            kind: OffloadKind<in ID, T>,
            keep: KeepValues?,
        ): TaskRecorder<ID, T> {
            require(scope is ScopeFace) { "scope must be one that offload made, but is ${scope::class.qualifiedName}" }
            return ScopeRecorder(RecorderCore(scope.core, kind, keep), scope.bodies)
        }
    }
}
