package dev.offload.coroutines.internal

import dev.offload.OffloadConfig
import dev.offload.OffloadHandle
import dev.offload.coroutines.OffloadManager
import java.time.Duration
import java.util.concurrent.atomic.AtomicInteger

/** Time that stands still; tells how many tasks it would still have to run. */
internal class StandingTimer : OffloadTimer {
    private val pending = AtomicInteger()

    val size: Int get() = pending.get()

    override fun schedule(delay: Duration, task: Runnable): OffloadTimer.Task {
        pending.incrementAndGet()
        val left = AtomicInteger(1)
        return OffloadTimer.Task { if (left.getAndSet(0) == 1) pending.decrementAndGet() }
    }
}

/** A body that runs nothing: whoever tests begins and ends it through its job. */
internal class ByHandBody : JobBody<String> {
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

internal fun scopeByHand(timer: OffloadTimer = StandingTimer()) =
    Engine("test", OffloadConfig.defaults(), null, timer) { 0L }.root()

@Suppress("UNCHECKED_CAST")
internal fun <T> privateField(of: Any, name: String): T = generateSequence<Class<*>>(of.javaClass) { it.superclass }
    .firstNotNullOf { type -> type.declaredFields.find { it.name == name } }
    .apply { isAccessible = true }
    .get(of) as T

/** How many keys the registry of a manager holds, whatever has become of their jobs. */
internal fun OffloadManager.entries(): Int {
    val core = privateField<ScopeCore>(this, "core")
    return privateField<Map<*, *>>(privateField<Registry>(core, "registry"), "newest").size
}

/** How many waiters are linked at the job of a handle, also those that no longer wait. */
internal fun OffloadHandle.linkedWaiters(): Int {
    val head = Waiters::class.java.getDeclaredField("head").apply { isAccessible = true }
    return generateSequence(head.get((this as Lease<*>).job()) as Waiter?) { it.next }.count()
}
