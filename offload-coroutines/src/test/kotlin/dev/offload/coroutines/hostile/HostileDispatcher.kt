package dev.offload.coroutines.hostile

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Runnable
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext

/** Dispatches as another one does, after it did what its test wants at that dispatch; the first one has number 1. */
class HostileDispatcher(
    private val inner: CoroutineDispatcher = Dispatchers.Default,
    private val before: (number: Int) -> Unit,
) : CoroutineDispatcher() {
    private val count = AtomicInteger()

    val dispatches get() = count.get()

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        before(count.incrementAndGet())
        inner.dispatch(context, block)
    }
}
