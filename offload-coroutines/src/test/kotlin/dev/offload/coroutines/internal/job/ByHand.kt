package dev.offload.coroutines.internal.job

import dev.offload.OffloadConfig
import dev.offload.OffloadHandle
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.hostile.until
import dev.offload.coroutines.internal.completion.Completion
import dev.offload.coroutines.internal.completion.Completions
import dev.offload.coroutines.internal.completion.linked
import dev.offload.coroutines.internal.face.ScopeFace
import dev.offload.coroutines.internal.kinds.limits
import dev.offload.coroutines.internal.limits.PermitPool
import dev.offload.coroutines.internal.time.OffloadTimer
import dev.offload.coroutines.name
import java.time.Duration
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReference

/** Time that stands still; tells how many tasks it would still have to run. */
internal class StandingTimer : OffloadTimer {
    private val pending = AtomicInteger()

    val size: Int get() = pending.get()

    /** What would be done aside is done in place. */
    override fun isVirtual() = true

    override fun schedule(delay: Duration, task: Runnable): OffloadTimer.Task {
        pending.incrementAndGet()
        val left = AtomicInteger(1)
        return OffloadTimer.Task { if (left.getAndSet(0) == 1) pending.decrementAndGet() }
    }
}

/** A body that runs nothing: whoever tests begins and ends it through its job. */
internal open class ByHandBody : JobBody<String> {
    val starts = AtomicInteger()
    val stops = AtomicInteger()

    override fun startBody(job: JobCell<String>) {
        starts.incrementAndGet()
    }

    override fun stopBody() {
        stops.incrementAndGet()
    }
}

/** A waiter that counts how often it is told. */
internal class CountingWaiter(private val end: Boolean) : Completion() {
    private val fired = AtomicInteger()
    val told: Int get() = fired.get()

    override fun wantsEnd() = end

    override fun fire() {
        fired.incrementAndGet()
    }
}

internal fun scopeByHand(timer: OffloadTimer = StandingTimer(), config: OffloadConfig = OffloadConfig.defaults()) =
    Engine("test", config, null, timer) { 0L }.root()

/** How many keys the registry of a scope holds, whatever has become of their jobs. */
internal fun OffloadScope.entries(): Int = (this as ScopeFace).core.registry.newest.size

/** The limits that concern a scope, and those of kinds, which have permits in use or jobs in their queue. */
internal fun OffloadScope.limitsInUse(): List<String> = (this as ScopeFace).core.limitsInUse()

internal fun ScopeCore.limitsInUse(): List<String> = limits(kinds, engine().kinds)
    .filter { it.used != 0 || it.queued != 0 || it.inLane != 0 || it.isListed() }
    .map { "${it.owner}: ${it.used} in use, ${it.queued} queued" }

private fun PermitPool.isListed() =
    firstTop != null || waiting.isNotEmpty() || awaited.isNotEmpty() || forRoom.isNotEmpty()

/** How many waiters are linked at the job of a handle, also those that no longer wait. */
internal fun OffloadHandle.linkedWaiters(): Int = (this as Lease<*>).job().linked()

/** Runs a test on a thread whose stack has room for some hundred frames: what recurses once per level fails. */
internal fun onSmallStack(test: () -> Unit) {
    var failure: Throwable? = null
    val thread = Thread(null, { failure = runCatching(test).exceptionOrNull() }, "small stack", SMALL_STACK)
    thread.isDaemon = true
    thread.start()
    thread.join(JOIN_MILLIS)
    failure?.let { throw it }
    check(!thread.isAlive) { "it hangs at\n" + thread.stackTrace.joinToString("\n") }
}

private const val SMALL_STACK = 256L * 1024
private const val JOIN_MILLIS = 60_000L
