package dev.offload.coroutines.internal

import dev.offload.OffloadConfig
import dev.offload.OffloadHandle
import dev.offload.coroutines.OffloadManager
import dev.offload.coroutines.OffloadScope
import dev.offload.coroutines.hostile.until
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
internal class CountingWaiter(private val end: Boolean) : Waiter() {
    private val fired = AtomicInteger()
    val told: Int get() = fired.get()

    override fun wantsEnd() = end

    override fun fire() {
        fired.incrementAndGet()
    }
}

internal fun scopeByHand(timer: OffloadTimer = StandingTimer(), config: OffloadConfig = OffloadConfig.defaults()) =
    Engine("test", config, null, timer) { 0L }.root()

@Suppress("UNCHECKED_CAST")
internal fun <T> privateField(of: Any, name: String): T = generateSequence<Class<*>>(of.javaClass) { it.superclass }
    .firstNotNullOf { type -> type.declaredFields.find { it.name == name } }
    .apply { isAccessible = true }
    .get(of) as T

private val OffloadScope.core get() = privateField<ScopeCore>(this, "core")

/** How many keys the registry of a scope holds, whatever has become of their jobs. */
internal fun OffloadScope.entries(): Int =
    privateField<Map<*, *>>(privateField<Registry>(core, "registry"), "newest").size

/** The limits that concern a scope, and those of kinds, which have permits in use or jobs in their queue. */
internal fun OffloadScope.limitsInUse(): List<String> = core.limitsInUse()

internal fun ScopeCore.limitsInUse(): List<String> {
    val ofScopes = privateField<List<PermitPool>>(this, "pools")
    val ofKinds = privateField<Map<*, PermitPool>>(engine().kinds, "pools").values
    return (ofScopes + ofKinds)
        .filter { it.used != 0 || it.queued != 0 || it.inLane != 0 || it.isListed() }
        .map { "${it.owner}: ${it.used} in use, ${it.queued} queued" }
}

private fun PermitPool.isListed() =
    firstTop != null || waiting.isNotEmpty() || awaited.isNotEmpty() || forRoom.isNotEmpty()

/** The threads that time the limits of a manager in real time. */
internal class TimerView(manager: OffloadManager) {
    private val timer = privateField<SystemTimer?>(manager, "systemTimer")!!
    private val queue = privateField<TimerQueue>(timer, "queue")
    private val runners = privateField<ThreadPoolExecutor>(timer, "runners")
    private val threadName = "offload-timer-${manager.name}"

    /** What is still to be run later, while the clock takes nothing in and nothing out. */
    val entries: Int
        get() {
            val coming = generateSequence(privateField<AtomicReference<TimerEntry?>>(queue, "inbox").get()) { it.below }
            val placed = privateField<TimerWheel?>(queue, "wheel")?.let {
                privateField<Array<TimerEntry?>>(it, "first")
            }
            return (coming + placed.orEmpty().asSequence().flatMap { slot -> generateSequence(slot) { it.after } })
                .count { privateField<Runnable?>(it, "task") != null }
        }

    /**
     * Whether it was stopped, and then ends: what it was at goes on to its end, and one thread may be about to start another.
     * A timer that was not stopped would lose its threads, too, but some seconds later and for want of work.
     */
    fun ends(): Boolean {
        if (!privateField<Boolean>(timer, "isStopped") || !runners.isShutdown) return false
        until("the clock has gone") { privateField<Thread?>(timer, "clock") == null }
        return runners.awaitTermination(10, TimeUnit.SECONDS)
    }

    fun threads(): List<Thread> = Thread.getAllStackTraces().keys.filter { it.name == threadName }
}

/** How many waiters are linked at the job of a handle, also those that no longer wait. */
internal fun OffloadHandle.linkedWaiters(): Int {
    val head = Waiters::class.java.getDeclaredField("head").apply { isAccessible = true }
    return generateSequence(head.get((this as Lease<*>).job()) as Waiter?) { it.next }.count()
}

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

/** Goes down to the end of the stack, and calls [action] at each depth on the way back, as long as it throws. */
internal fun atEndOfStack(action: () -> Unit) {
    try {
        atEndOfStack(action)
    } catch (_: VirtualMachineError) { // as the JDK may wrap it
        action() // if that throws, it is tried with a little more room, and so with each amount of it
    }
}
