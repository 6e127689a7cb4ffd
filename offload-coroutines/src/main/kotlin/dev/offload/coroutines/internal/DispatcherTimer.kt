package dev.offload.coroutines.internal

import kotlinx.coroutines.Delay
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.MainCoroutineDispatcher
import java.time.Duration
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/** The clock of a dispatcher that has one of its own, as the virtual time of a test dispatcher. */
@OptIn(InternalCoroutinesApi::class)
internal class DispatcherTimer private constructor(private val delay: Delay, private val context: CoroutineContext) :
    OffloadTimer {
    override fun schedule(delay: Duration, task: Runnable): OffloadTimer.Task {
        val nanos = delay.toNanos()
        val millis = nanos / NANOS_PER_MILLI + if (nanos % NANOS_PER_MILLI == 0L) 0 else 1 // rounded up
        val handle = this.delay.invokeOnTimeout(millis, task, context)
        return OffloadTimer.Task { handle.dispose() }
    }

    companion object {
        private const val NANOS_PER_MILLI = 1_000_000L

        /**
         * The clock of the dispatcher in [context], or null if there is none to follow: an executor or a main thread
         * keeps real time and would need a free thread to tell it.
         */
        fun of(context: CoroutineContext): DispatcherTimer? {
            val dispatcher = context[ContinuationInterceptor]
            val follows = dispatcher !is ExecutorCoroutineDispatcher && dispatcher !is MainCoroutineDispatcher
            return if (dispatcher is Delay && follows) DispatcherTimer(dispatcher, context) else null
        }
    }
}
