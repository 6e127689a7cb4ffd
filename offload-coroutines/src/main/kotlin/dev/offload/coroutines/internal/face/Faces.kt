package dev.offload.coroutines.internal.face

import dev.offload.coroutines.OffloadDeferred
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.TaskRecorder
import dev.offload.coroutines.WaitMap
import dev.offload.coroutines.internal.caller.DeferredLease
import dev.offload.coroutines.internal.job.JobCell
import dev.offload.coroutines.internal.job.ScopeCore
import dev.offload.coroutines.internal.recorder.RecorderCore
import dev.offload.coroutines.internal.waitmap.WaitTable
import kotlin.coroutines.CoroutineContext

/** For the Java bridge: what is behind Kotlin faces, and Kotlin faces for what the bridge created. */
internal object Faces {
    @JvmStatic
    fun coreOf(scope: OffloadScope): ScopeCore {
        require(scope is ScopeFace) { "scope must be one that offload made, but is ${scope::class.qualifiedName}" }
        return scope.core
    }

    /** The only face of [core]; if there is none yet, its bodies will run in [context]. */
    @JvmStatic
    fun scopeOver(core: ScopeCore, context: CoroutineContext): OffloadScope {
        val root = core.engine().root()
        val manager = synchronized(root) { root.face() ?: ManagerScope.over(root, context) } as ManagerScope
        if (core === root) return manager
        return synchronized(core) { core.face() ?: JavaScope(core, manager) } as OffloadScope
    }

    /** A separate lease on the job of a handle; dropped already if [isGivenUp]. */
    @JvmStatic
    fun <T> deferredOver(job: JobCell<T>, isGivenUp: Boolean): OffloadDeferred<T> {
        job.takeLease() // or it is decided, and leases do not count any more
        return DeferredLease(job, joined = true).also { if (isGivenUp) it.cancel() }
    }

    /** The job of a handle, with a lease on it if the outcome is undecided. */
    @JvmStatic
    fun <T> joinJobOf(deferred: OffloadDeferred<T>): JobCell<T> {
        require(deferred is DeferredLease<T>) {
            "deferred must be one that offload made, but is ${deferred::class.qualifiedName}"
        }
        return deferred.job().also { it.takeLease() }
    }

    @JvmStatic
    fun isGivenUp(deferred: OffloadDeferred<*>): Boolean = (deferred as DeferredLease<*>).isDropped

    @JvmStatic
    fun <ID : Any, T> coreOf(recorder: TaskRecorder<ID, T>): RecorderCore<ID, T> {
        require(recorder is ScopeRecorder<ID, T>) {
            "recorder must be one that offload made, but is ${recorder::class.qualifiedName}"
        }
        return recorder.core
    }

    @JvmStatic
    fun <ID : Any, T> recorderOver(core: RecorderCore<ID, T>, context: CoroutineContext): TaskRecorder<ID, T> =
        ScopeRecorder(core, (scopeOver(core.scope(), context) as ScopeFace).bodies)

    @JvmStatic
    fun <K : Any, V> tableOf(map: WaitMap<K, V>): WaitTable<K, V> {
        require(map is ChannelWaitMap<K, V>) { "map must be one that offload made, but is ${map::class.qualifiedName}" }
        return map.table
    }

    @JvmStatic
    fun <K : Any, V> waitMapOver(table: WaitTable<K, V>): WaitMap<K, V> = ChannelWaitMap(table)
}
