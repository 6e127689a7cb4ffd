package dev.offload.coroutines.internal.job

import dev.offload.OffloadCancelledException
import dev.offload.OffloadKind
import dev.offload.coroutines.internal.caller.DeferredLease
import dev.offload.coroutines.internal.caller.awaitAllOf
import dev.offload.coroutines.internal.fixture.LincheckTest
import dev.offload.coroutines.internal.job.AwaitingAllLincheckTest.Companion.FAILED
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import org.jetbrains.lincheck.datastructures.IntGen
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import kotlin.coroutines.resume

/**
 * L1: a wait for several jobs is over once: with the last value, with the first that has none, or with the cancel of who
 * waits. Whoever begins to wait while they end misses none of them.
 */
@Param(name = "which", gen = IntGen::class, conf = "0:1")
internal class AwaitingAllLincheckTest : LincheckTest(AwaitingAllSpecification::class.java) {
    override val scenarios = 2

    private val scope = scopeByHand()
    private val jobs = List(2) { scope.submissions().submit(KIND.key(it), null, null, ByHandBody()).taken() }
    private val leases = jobs.map { DeferredLease(it, false) }
    private val ended = BooleanArray(2)

    init {
        jobs.forEach { check(it.begin()) }
    }

    @Operation
    suspend fun awaitAll(): String = try {
        awaitAllOf(leases).joinToString()
    } catch (_: OffloadCancelledException) {
        FAILED
    } catch (_: IllegalStateException) {
        FAILED
    }

    @Operation
    fun cancel(@Param(name = "which") which: Int): Boolean = leases[which].cancel()

    @Operation(nonParallelGroup = "first")
    fun firstSucceeds() = end(0) { succeed("0") }

    @Operation(nonParallelGroup = "first")
    fun firstFails() = end(0) { fail(IllegalStateException()) }

    @Operation(nonParallelGroup = "second")
    fun secondSucceeds() = end(1) { succeed("1") }

    @Operation(nonParallelGroup = "second")
    fun secondFails() = end(1) { fail(IllegalStateException()) }

    private inline fun end(which: Int, how: JobCell<String>.() -> Unit) {
        if (ended[which]) return
        ended[which] = true
        jobs[which].how()
    }

    override fun ModelCheckingOptions.known() = addCustomScenario {
        parallel {
            thread { actor(::awaitAll) }
            thread { actor(::firstSucceeds) }
            thread { actor(::secondSucceeds) }
        }
    }.addCustomScenario {
        parallel {
            thread { actor(::awaitAll) }
            thread { actor(::firstFails) }
            thread { actor(::secondSucceeds) }
        }
    }.addCustomScenario {
        parallel {
            thread { actor(::awaitAll) }
            thread { actor(::cancel, 1) }
            thread { actor(::firstFails) }
        }
    }

    internal companion object {
        /** Of two that fail at about one time, the caller gets either. */
        const val FAILED = "failed"

        private val KIND = OffloadKind.named<Any, String>("several")
    }
}

internal class AwaitingAllSpecification {
    private val ends = arrayOfNulls<String>(2)
    private val callers = ArrayList<CancellableContinuation<String>>()

    private val answer: String?
        get() = if (FAILED in ends) {
            FAILED
        } else if (null in ends) {
            null
        } else {
            ends.joinToString()
        }

    suspend fun awaitAll(): String = answer ?: suspendCancellableCoroutine { callers += it }

    fun cancel(which: Int): Boolean = end(which, FAILED)

    fun firstSucceeds() {
        end(0, "0")
    }

    fun firstFails() {
        end(0, FAILED)
    }

    fun secondSucceeds() {
        end(1, "1")
    }

    fun secondFails() {
        end(1, FAILED)
    }

    private fun end(which: Int, how: String): Boolean {
        if (ends[which] != null) return false
        ends[which] = how
        answer?.let { told ->
            callers.forEach { it.resume(told) }
            callers.clear()
        }
        return true
    }
}
