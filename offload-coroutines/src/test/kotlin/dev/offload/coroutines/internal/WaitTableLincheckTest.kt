package dev.offload.coroutines.internal

import dev.offload.DuplicateWaiterException
import dev.offload.EarlyWakes
import dev.offload.OffloadException
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate
import java.time.Duration
import java.util.concurrent.atomic.AtomicReference
import java.util.function.Supplier

/**
 * W1, W3, W4: the protocol of a wait map that stores nothing, with a slot that does what a channel with room for one does.
 * Each thread has one wait at a time, and gives a value of its own with each wake.
 */
internal class WaitTableLincheckTest : WaitTableLincheck(null, WaitTableSpecification::class.java) {
    override fun ModelCheckingOptions.known() = addCustomScenario {
        // A waiter that leaves and waits again while its old slot is in the hands of a wake, and the map closes.
        initial { actor(::subscribe, 0, 1) }
        parallel {
            thread {
                actor(::leave, 0)
                actor(::subscribe, 0, 1)
                actor(::taken, 0)
            }
            thread { actor(::wake, 1, 5) }
            thread { actor(::close) }
        }
    }.addCustomScenario {
        // A wait that began after the close took an older one out was told that it waits, as if the older had gone before.
        initial { actor(::subscribe, 0, 1) }
        parallel {
            thread { actor(::close) }
            thread { actor(::subscribe, 1, 1) }
            thread { actor(::subscribe, 2, 1) }
        }
    }.addCustomScenario {
        parallel {
            thread { actor(::close) }
            thread { actor(::subscribe, 1, 1) }
            thread { actor(::subscribe, 2, 1) }
        }
    }.addCustomScenario {
        initial { actor(::subscribe, 0, 1) }
        parallel {
            thread { actor(::wake, 1, 5) }
            thread { actor(::wake, 1, 6) }
            thread { actor(::close) }
        }
    }
}

/** W6, and the others, of a wait map that stores one early value: also the one that falls out for a newer one. */
internal class StoringWaitTableLincheckTest :
    WaitTableLincheck(EarlyWakes(1, Duration.ofDays(1)), StoringWaitTableSpecification::class.java) {
    override fun ModelCheckingOptions.known() = addCustomScenario {
        parallel {
            thread {
                actor(::wake, 1, 5)
                actor(::wake, 2, 6)
            }
            thread {
                actor(::subscribe, 0, 1)
                actor(::taken, 0)
            }
            thread { actor(::close) }
        }
    }
}

@Param(name = "thread", gen = ThreadIdGen::class)
@Param(name = "key", gen = IntGen::class, conf = "1:2")
@Param(name = "value", gen = IntGen::class, conf = "1:9")
internal abstract class WaitTableLincheck(early: EarlyWakes?, specification: Class<*>) : LincheckTest(specification) {
    private val table =
        WaitTable<Int, Int>("table", { _, _ -> OffloadTimer.Task { } }, early, null, SideThreads.Lane("table"))
    private val waits = arrayOfNulls<Wait>(THREADS)

    @Operation
    fun subscribe(@Param(name = "thread") thread: Int, @Param(name = "key") key: Int): String {
        if (waits[thread] != null) return "has one"
        val wait = Wait(key)
        return try {
            table.park(wait)
            waits[thread] = wait
            "waits"
        } catch (_: DuplicateWaiterException) {
            "duplicate"
        } catch (_: WaitMapClosedException) {
            "closed"
        }
    }

    @Operation
    fun wake(@Param(name = "key") key: Int, @Param(name = "value") value: Int): String = when (
        val outcome =
            table.wake(key, value)
    ) {
        is WakeOutcome.Woke -> "woke"
        is WakeOutcome.Stored -> "stored"
        is WakeOutcome.NoMatch -> "no match for ${outcome.value()}"
        is WakeOutcome.Closed -> "closed to ${outcome.value()}"
    }

    /** The value that came before the wait ended, which the channel would hand to `onUndelivered`; null if none came. */
    @Operation
    fun leave(@Param(name = "thread") thread: Int): Int? {
        val wait = waits[thread] ?: return -1
        waits[thread] = null
        table.leave(wait)
        return wait.value()
    }

    /** The value if it has come. Whether the wait has ended instead is told one waiter after the other, and not asked. */
    @Operation
    fun taken(@Param(name = "thread") thread: Int): Int? = waits[thread]?.value()

    @Operation
    fun close() = table.close(null)

    @Operation
    fun isClosed(): Boolean = table.isClosed

    @Validate
    fun atRest() {
        val live = waits.filterNotNull()
        check(!table.isClosed || live.all { it.content.get() != null }) { "somebody waits at a closed map" }
        check(table.size() == live.count { it.content.get() == null }) { "an entry without a wait" }
    }

    private class Given(val value: Int)

    private class Wait(key: Int) : WaitSlot<Int, Int>(key) {
        val content = AtomicReference<Any?>()

        override fun give(value: Int): Boolean = content.compareAndSet(null, Given(value))

        override fun end(why: Supplier<out OffloadException>) {
            content.compareAndSet(null, why)
        }

        fun value(): Int? = (content.get() as? Given)?.value
    }
}

internal open class WaitTableSpecification(private val maxStored: Int) {
    constructor() : this(0)

    private var closed = false
    private val keys = arrayOfNulls<Int>(LincheckTest.THREADS)
    private val values = arrayOfNulls<Int>(LincheckTest.THREADS)
    private val stored = LinkedHashMap<Int, Int>()

    fun subscribe(thread: Int, key: Int): String = when {
        keys[thread] != null -> "has one"

        closed -> "closed"

        keys.indices.any { keys[it] == key && values[it] == null } -> "duplicate"

        else -> {
            keys[thread] = key
            values[thread] = stored.remove(key)
            "waits"
        }
    }

    fun wake(key: Int, value: Int): String {
        if (closed) return "closed to $value"
        val waiter = keys.indices.firstOrNull { keys[it] == key && values[it] == null }
        if (waiter != null) {
            values[waiter] = value
            return "woke"
        }
        if (maxStored == 0 || key in stored) return "no match for $value"
        if (stored.size == maxStored) stored.remove(stored.keys.first())
        stored[key] = value
        return "stored"
    }

    fun leave(thread: Int): Int? {
        keys[thread] ?: return -1
        keys[thread] = null
        return values[thread].also { values[thread] = null }
    }

    fun taken(thread: Int): Int? = values[thread]

    fun close() {
        closed = true
    }

    fun isClosed(): Boolean = closed
}

internal class StoringWaitTableSpecification : WaitTableSpecification(1)
