package dev.offload.coroutines.internal.dispatch

import dev.offload.coroutines.internal.caller.tell
import dev.offload.coroutines.internal.time.OffloadTimer
import kotlinx.coroutines.Delay
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Runnable
import java.time.Duration
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/** The virtual time of a test dispatcher. */
@OptIn(InternalCoroutinesApi::class)
internal class DispatcherTimer private constructor(private val delay: Delay, private val context: CoroutineContext) :
    OffloadTimer {
    override fun schedule(delay: Duration, task: Runnable): OffloadTimer.Task {
        val nanos = delay.toNanos()
        val millis = nanos / NANOS_PER_MILLI + if (nanos % NANOS_PER_MILLI == 0L) 0 else 1 // rounded up
        val handle = this.delay.invokeOnTimeout(millis, task, context)
        return OffloadTimer.Task { handle.dispose() }
    }

    override fun isVirtual() = true

    /** The clock of a class of dispatchers. */
    private enum class Clock {
        REAL,
        VIRTUAL,

        /** The clock of another dispatcher, which is not accessible. */
        OF_ANOTHER,
    }

    companion object {
        private const val NANOS_PER_MILLI = 1_000_000L
        private const val TESTS = "kotlinx.coroutines.test."

        /**
         * The clock of the dispatcher in [context], or null for real time, which is not taken from dispatchers: most
         * that have a clock keep it on a thread that they share with all delays.
         *
         * A test may set `Dispatchers.Main` at any time, so the result for that one holds only for the moment.
         */
        fun of(context: CoroutineContext): DispatcherTimer? {
            var dispatcher = context[ContinuationInterceptor]
            if (dispatcher is GuardedDispatcher) dispatcher = dispatcher.given
            if (dispatcher !is Delay) return null
            val isVirtual = when (CLOCK.get(dispatcher.javaClass)) {
                Clock.REAL -> false
                Clock.VIRTUAL -> true
                Clock.OF_ANOTHER -> dispatcher.isVirtual(context)
            }
            return if (isVirtual) DispatcherTimer(dispatcher, context) else null
        }

        /** Whether a clock of another dispatcher is virtual: the class of the handle it returns tells. */
        private fun Delay.isVirtual(context: CoroutineContext): Boolean = try {
            val handle = invokeOnTimeout(Long.MAX_VALUE / 2, Runnable {}, context)
            handle.dispose()
            handle.javaClass.name.startsWith(TESTS)
        } catch (_: Throwable) {
            false
        }

        /** By name: the test library is absent in production, where no clock is virtual. */
        private val CLOCK = object : ClassValue<Clock>() {
            override fun computeValue(type: Class<*>): Clock {
                val name = type.name
                return when {
                    !HAS_TESTS -> Clock.REAL
                    name.endsWith(".LimitedDispatcher") || name.endsWith(".NamedDispatcher") -> Clock.OF_ANOTHER
                    name.endsWith(".TestMainDispatcher") -> Clock.OF_ANOTHER
                    generateSequence(type) { it.superclass }.any { it.name.startsWith(TESTS) } -> Clock.VIRTUAL
                    else -> Clock.REAL
                }
            }
        }

        private val HAS_TESTS = try {
            Class.forName("${TESTS}TestCoroutineScheduler", false, DispatcherTimer::class.java.classLoader)
            true
        } catch (_: ClassNotFoundException) {
            false
        }
    }
}
