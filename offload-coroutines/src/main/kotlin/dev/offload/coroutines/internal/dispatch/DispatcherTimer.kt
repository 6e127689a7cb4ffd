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

    /** What is known of a class of dispatchers. */
    private enum class Clock {
        REAL,
        VIRTUAL,

        /** That of another dispatcher, which it does not show. */
        OF_ANOTHER,
    }

    companion object {
        private const val NANOS_PER_MILLI = 1_000_000L
        private const val TESTS = "kotlinx.coroutines.test."

        /**
         * The clock of the dispatcher in [context], or null if that has real time, which needs no dispatcher to tell it: most
         * that are clocks tell it by a thread which they share with all that delays.
         *
         * A test may set `Dispatchers.Main` at any time, so what this answers for that one holds for the moment.
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

        /** Asks a clock of another dispatcher for whose it is: what it schedules with tells. */
        private fun Delay.isVirtual(context: CoroutineContext): Boolean = try {
            val handle = invokeOnTimeout(Long.MAX_VALUE / 2, Runnable {}, context)
            handle.dispose()
            handle.javaClass.name.startsWith(TESTS)
        } catch (_: Throwable) {
            false
        }

        /** By name: the library for tests is not there in production, where no clock is virtual. */
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
