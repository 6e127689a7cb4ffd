package dev.offload.coroutines.internal

import kotlinx.coroutines.Delay
import kotlinx.coroutines.InternalCoroutinesApi
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

    companion object {
        private const val NANOS_PER_MILLI = 1_000_000L

        /**
         * The clock of the dispatcher in [context], or null if that has real time, which needs no dispatcher to tell it: most
         * that are clocks tell it by a thread which they share with all that delays.
         */
        fun of(context: CoroutineContext): DispatcherTimer? {
            val dispatcher = context[ContinuationInterceptor]
            return if (dispatcher is Delay &&
                IS_TEST.get(dispatcher.javaClass)
            ) {
                DispatcherTimer(dispatcher, context)
            } else {
                null
            }
        }

        /** By name: the library for tests is not there in production. */
        private val IS_TEST = object : ClassValue<Boolean>() {
            override fun computeValue(type: Class<*>): Boolean =
                generateSequence(type) { it.superclass }.any { it.name.startsWith("kotlinx.coroutines.test.") }
        }
    }
}
