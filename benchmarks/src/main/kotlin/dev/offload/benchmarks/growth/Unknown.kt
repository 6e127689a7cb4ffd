package dev.offload.benchmarks.growth

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Runnable
import kotlin.coroutines.CoroutineContext

/** A dispatcher of which a library cannot know whether it blocks, throws, or runs what it is given in place. */
internal object Unknown : CoroutineDispatcher() {
    override fun dispatch(context: CoroutineContext, block: Runnable) = Dispatchers.Default.dispatch(context, block)
}
