package dev.offload.coroutines.internal.completion

import dev.offload.coroutines.internal.completion.Completion
import dev.offload.coroutines.internal.completion.Completions
import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Param
import org.jetbrains.lincheck.datastructures.ThreadIdGen
import org.jetbrains.lincheck.datastructures.Validate

/**
 * R6: no wake-up is missed. The stack of waiters is open, then closed for ever; who was pushed and not taken back is
 * told by the close, and nobody is told twice.
 *
 * That a waiter is told or taken back, and not both, is checked of each at the end and not by the order of the answers:
 * a close tells one after the other, so while it runs one waiter may have been told and the next may still go.
 */
@Param(name = "thread", gen = ThreadIdGen::class)
internal class CompletionsLincheckTest : LincheckTest(WaitersSpecification::class.java) {
    private val waiters = object : Completions() {}
    private val pushed = Array(THREADS) { ArrayList<RecordingWaiter>() }
    private val told = Array(THREADS) { ArrayList<RecordingWaiter>() }

    init {
        // Every take back sweeps: 31 take-backs before each run would cost most of the time.
        waiters.untilSweep = 1
        // One that is done lies at the bottom, so that a sweep has something to unlink.
        val gone = RecordingWaiter()
        check(waiters.push(gone) && gone.finish())
    }

    @Operation
    fun push(@Param(name = "thread") thread: Int): Boolean {
        val waiter = RecordingWaiter()
        return waiters.push(waiter).also { if (it) pushed[thread] += waiter else told[thread] += waiter }
    }

    /** Takes back the oldest waiter of this thread that was not yet; the newest would nearly always be the head. */
    @Operation
    fun takeBack(@Param(name = "thread") thread: Int): Boolean {
        val waiter = pushed[thread].firstOrNull { !it.gone } ?: return false
        waiter.gone = true
        waiter.takenBack = waiters.takeBack(waiter)
        return true
    }

    @Operation
    fun close() = waiters.close()

    @Operation
    fun isClosed(): Boolean = waiters.hasFired()

    override fun ModelCheckingOptions.known() = addCustomScenario {
        // A second close told the mark of a closed stack as if it were a waiter, and a sweep then opened the stack again.
        initial {
            actor(::push, 0)
            actor(::push, 1)
        }
        parallel {
            thread { actor(::close) }
            thread {
                actor(::close)
                actor(::takeBack, 1)
                actor(::push, 1)
            }
        }
    }

    @Validate
    fun atRest() {
        val closed = waiters.hasFired()
        for (waiter in pushed.flatMap { it }) {
            check(waiter.fired <= 1) { "told ${waiter.fired} times" }
            check(!waiter.takenBack || waiter.fired == 0) { "taken back, and told" }
            check(!waiter.gone || waiter.takenBack || waiter.fired == 1) { "neither taken back nor told" }
            check(!closed || waiter.takenBack || waiter.fired == 1) { "still waits at a closed stack" }
            check(closed || waiter.fired == 0) { "told by nobody" }
        }
        check(told.flatMap { it }.all { it.fired == 0 }) { "told although its push had been refused" }
        if (!closed) { // whoever is linked and waits must still be reachable
            waiters.close()
            check(pushed.flatMap { it }.all { it.takenBack || it.fired == 1 }) { "lost by a sweep" }
        }
    }

    private class RecordingWaiter : Completion() {
        @Volatile var fired = 0

        @Volatile var gone = false

        @Volatile var takenBack = false

        override fun wantsEnd() = true

        override fun fire() {
            fired++
        }
    }
}

internal class WaitersSpecification {
    private var closed = false
    private val waiting = IntArray(LincheckTest.THREADS)

    fun push(thread: Int): Boolean {
        if (!closed) waiting[thread]++
        return !closed
    }

    fun takeBack(thread: Int): Boolean {
        if (waiting[thread] == 0) return false
        waiting[thread]--
        return true
    }

    fun close() {
        closed = true
    }

    fun isClosed(): Boolean = closed
}
