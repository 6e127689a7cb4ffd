package dev.offload.coroutines.internal.waitmap

import dev.offload.DuplicateWaiterException
import dev.offload.EarlyWakes
import dev.offload.NoMatchReason
import dev.offload.WaitMapClosedException
import dev.offload.WakeOutcome
import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.job.slot
import dev.offload.coroutines.internal.threads.SidePool
import dev.offload.coroutines.internal.threads.SideThreads
import dev.offload.coroutines.internal.time.OffloadTimer
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
internal class WaitTableLincheckTest : WaitTableLincheck(null, 0, WaitTableSpecification::class.java) {
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
    }.addCustomScenario {
        initial { actor(::subscribe, 0, 1) }
        parallel {
            thread {
                actor(::leave, 0)
                actor(::subscribe, 0, 1)
                actor(::taken, 0)
            }
            thread { actor(::fail, 1) }
            thread { actor(::close) }
        }
    }
}

/** As the first, of a map that remembers the last key that was waited for. */
internal class RememberingWaitTableLincheckTest :
    WaitTableLincheck(null, 1, RememberingWaitTableSpecification::class.java) {
    override fun ModelCheckingOptions.known() = addCustomScenario {
        // The wake finds that its wait has ended, while others wake and wait again.
        initial { actor(::subscribe, 0, 1) }
        parallel {
            thread {
                actor(::leave, 0)
                actor(::wake, 1, 6)
            }
            thread { actor(::wake, 1, 5) }
        }
        post { actor(::wake, 1, 7) }
    }.addCustomScenario {
        initial { actor(::subscribe, 0, 1) }
        parallel {
            thread {
                actor(::leave, 0)
                actor(::subscribe, 0, 1)
                actor(::taken, 0)
            }
            thread {
                actor(::wake, 1, 5)
                actor(::wake, 1, 6)
            }
        }
        post { actor(::wake, 1, 7) }
    }.addCustomScenario {
        // Of two keys the one that is over first is forgotten first.
        initial {
            actor(::subscribe, 0, 1)
            actor(::subscribe, 1, 2)
        }
        parallel {
            thread {
                actor(::wake, 1, 5)
                actor(::wake, 1, 6)
            }
            thread {
                actor(::fail, 2)
                actor(::wake, 2, 7)
            }
        }
    }
}

/** What is remembered is not stored, and what is stored is not remembered. */
internal class RememberingStoringWaitTableLincheckTest :
    WaitTableLincheck(EarlyWakes(1, Duration.ofDays(1)), 1, RememberingStoringWaitTableSpecification::class.java)

/** W6, and the others, of a wait map that stores one early value: also the one that falls out for a newer one. */
internal class StoringWaitTableLincheckTest :
    WaitTableLincheck(EarlyWakes(1, Duration.ofDays(1)), 0, StoringWaitTableSpecification::class.java) {
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
internal abstract class WaitTableLincheck(early: EarlyWakes?, remember: Int, specification: Class<*>) :
    LincheckTest(specification) {
    private val table = WaitTable<Int, Int>(
        "table",
        { _, _ -> OffloadTimer.Task { } },
        early,
        remember,
        null,
        SidePool("table"),
    )
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
        is WakeOutcome.NoMatch -> "no match for ${outcome.value()}, ${outcome.reason()}"
        is WakeOutcome.Closed -> "closed to ${outcome.value()}"
    }

    /** To fail all is to fail one after the other, which is not one step, so it is no operation here. */
    @Operation
    fun fail(@Param(name = "key") key: Int): Boolean = table.fail(key, FAILED)

    /** The value that came before the wait ended, which the channel would hand to `onUndelivered`; null if none came. -2 if it failed. */
    @Operation
    fun leave(@Param(name = "thread") thread: Int): Int? {
        val wait = waits[thread] ?: return -1
        waits[thread] = null
        table.leave(wait)
        return if (wait.hasFailed()) -2 else wait.value()
    }

    /**
     * The value if it has come, or that it failed. Whether it ended by a close is told one waiter after the other, and not
     * asked.
     */
    @Operation
    fun taken(@Param(name = "thread") thread: Int): Int? = waits[thread]?.let { if (it.hasFailed()) -1 else it.value() }

    @Operation
    fun close() = table.close(null)

    @Operation
    fun isClosed(): Boolean = table.isClosed

    @Validate
    fun atRest() {
        var waiting = 0
        for (wait in waits) if (wait != null && wait.content.get() == null) waiting++
        check(!table.isClosed || waiting == 0) { "somebody waits at a closed map" }
        check(table.size() == waiting) { "an entry without a wait" }
    }

    private class Given(val value: Int)

    private class Wait(key: Int) : WaitSlot<Int, Int>(key) {
        val content = AtomicReference<Any?>()

        override fun give(value: Int): Boolean = content.compareAndSet(null, Given(value))

        override fun end(why: Supplier<out Throwable>): Boolean = content.compareAndSet(null, why)

        fun hasFailed(): Boolean = (content.get() as? Supplier<*>)?.get() === FAILED

        fun value(): Int? = (content.get() as? Given)?.value
    }

    private companion object {
        val FAILED = IllegalStateException("failed")
    }
}

internal open class WaitTableSpecification(private val maxStored: Int, private val maxRemembered: Int) {
    constructor() : this(0, 0)

    private var closed = false
    private val keys = arrayOfNulls<Int>(LincheckTest.THREADS)
    private val values = arrayOfNulls<Int>(LincheckTest.THREADS)
    private val failed = BooleanArray(LincheckTest.THREADS)
    private val stored = LinkedHashMap<Int, Int>()
    private val remembered = LinkedHashMap<Int, NoMatchReason>()

    private fun waiter(key: Int) = keys.indices.firstOrNull { keys[it] == key && values[it] == null && !failed[it] }

    private fun remember(key: Int, reason: NoMatchReason) {
        remembered[key] = reason
        if (remembered.size > maxRemembered) remembered.remove(remembered.keys.first())
    }

    fun subscribe(thread: Int, key: Int): String = when {
        keys[thread] != null -> "has one"

        closed -> "closed"

        waiter(key) != null -> "duplicate"

        else -> {
            keys[thread] = key
            values[thread] = stored.remove(key)
            failed[thread] = false
            remembered -= key
            if (values[thread] != null) remember(key, NoMatchReason.DUPLICATE)
            "waits"
        }
    }

    fun wake(key: Int, value: Int): String {
        if (closed) return "closed to $value"
        val waiter = waiter(key)
        if (waiter != null) {
            values[waiter] = value
            remember(key, NoMatchReason.DUPLICATE)
            return "woke"
        }
        val before = remembered[key]
        if (before != null) {
            remembered[key] = NoMatchReason.DUPLICATE
            return "no match for $value, $before"
        }
        if (key in stored) return "no match for $value, ${NoMatchReason.DUPLICATE}"
        if (maxStored == 0) return "no match for $value, ${NoMatchReason.UNKNOWN}"
        if (stored.size == maxStored) stored.remove(stored.keys.first())
        stored[key] = value
        return "stored"
    }

    fun fail(key: Int): Boolean {
        val waiter = waiter(key)
        if (closed || waiter == null) return false
        failed[waiter] = true
        remember(key, NoMatchReason.LATE)
        return true
    }

    fun leave(thread: Int): Int? {
        val key = keys[thread] ?: return -1
        if (waiter(key) == thread) remember(key, NoMatchReason.LATE)
        keys[thread] = null
        if (failed[thread]) return -2
        return values[thread].also { values[thread] = null }
    }

    fun taken(thread: Int): Int? = if (failed[thread] && keys[thread] != null) -1 else values[thread]

    fun close() {
        closed = true
    }

    fun isClosed(): Boolean = closed
}

internal class StoringWaitTableSpecification : WaitTableSpecification(1, 0)

internal class RememberingWaitTableSpecification : WaitTableSpecification(0, 1)

internal class RememberingStoringWaitTableSpecification : WaitTableSpecification(1, 1)
