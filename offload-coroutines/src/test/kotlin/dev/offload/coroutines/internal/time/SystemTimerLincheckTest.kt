package dev.offload.coroutines.internal.time

import dev.offload.coroutines.internal.fixture.LincheckTest
import org.jetbrains.lincheck.datastructures.Operation
import org.jetbrains.lincheck.datastructures.Validate
import java.time.Duration
import java.util.concurrent.AbstractExecutorService
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

/**
 * T1: a clock that goes for want of work overlooks nothing. Clocks are started, but run when an operation says so, and go as
 * soon as they find nothing to do. When all that were started have run, so have all tasks that were due. (A task that comes
 * between the last look of a clock and its leave is for the stress runs: the model checker does not switch there.)
 */
internal class SystemTimerLincheckTest : LincheckTest(SystemTimerSpecification::class.java) {
    private val started = ConcurrentLinkedQueue<Runnable>()
    private val timer = SystemTimer({ 0 }, 0, started::add, InPlace)
    private val scheduled = AtomicInteger()
    private val ran = AtomicInteger()

    @Operation
    fun schedule() {
        scheduled.incrementAndGet()
        timer.schedule(NOW, ran::incrementAndGet)
    }

    @Operation
    fun scheduleAndTakeBack() {
        timer.schedule(LATER) { ran.addAndGet(SPOILT) }.cancel()
    }

    @Operation
    fun runClock() {
        started.poll()?.run()
    }

    @Validate
    fun atRest() {
        generateSequence(started::poll).forEach(Runnable::run)
        check(ran.get() == scheduled.get()) { "T1: ${scheduled.get()} were due, and ${ran.get()} ran" }
    }

    private object InPlace : AbstractExecutorService() {
        override fun execute(command: Runnable) = command.run()

        override fun shutdown() = Unit

        override fun shutdownNow(): List<Runnable> = emptyList()

        override fun isShutdown() = false

        override fun isTerminated() = false

        override fun awaitTermination(timeout: Long, unit: TimeUnit) = true
    }

    private companion object {
        val NOW: Duration = Duration.ZERO
        val LATER: Duration = Duration.ofSeconds(1)
        const val SPOILT = 1_000
    }
}

/** Whatever they do, they answer nothing. */
internal class SystemTimerSpecification {
    fun schedule() = Unit

    fun scheduleAndTakeBack() = Unit

    fun runClock() = Unit
}
