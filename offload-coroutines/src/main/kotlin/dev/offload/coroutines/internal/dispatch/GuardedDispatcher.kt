package dev.offload.coroutines.internal.dispatch

import dev.offload.coroutines.internal.threads.Log
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.cancel
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext

/**
 * This dispatcher for the steps of a body. If it rejects one by throwing, the coroutine library lets the coroutine hang
 * for ever, and with it the job. So the body is cancelled, with the exception as cause, and runs its last steps
 * elsewhere, as the library does for an executor that was shut down.
 */
@OptIn(InternalCoroutinesApi::class)
internal fun CoroutineDispatcher.guarded(): CoroutineDispatcher = when {
    !mayRefuse() -> this
    this is Delay -> GuardedClock(this, this)
    else -> GuardedDispatcher(this)
}

/**
 * This context for a coroutine of this library itself, which runs no foreign code: if the dispatcher rejects a step of
 * it, the step runs elsewhere, as if nothing had happened.
 */
internal fun CoroutineContext.goingOnElsewhere(): CoroutineContext {
    val dispatcher = this[ContinuationInterceptor]
    return if (dispatcher is CoroutineDispatcher &&
        dispatcher.mayRefuse()
    ) {
        this + ElsewhereDispatcher(dispatcher)
    } else {
        this
    }
}

/**
 * Whether it may reject a step. Dispatchers of the coroutine library do not, except views of others and those made from
 * an executor.
 */
private fun CoroutineDispatcher.mayRefuse(): Boolean {
    if (this === Dispatchers.Default) return false
    val type = javaClass.name
    if (!type.startsWith("kotlinx.coroutines.")) return true
    if (this is ExecutorCoroutineDispatcher) return type.endsWith("ExecutorCoroutineDispatcherImpl")
    return type.endsWith("LimitedDispatcher") || type.endsWith("NamedDispatcher")
}

internal open class GuardedDispatcher(val given: CoroutineDispatcher) : CoroutineDispatcher() {
    override fun isDispatchNeeded(context: CoroutineContext): Boolean = try {
        given.isDispatchNeeded(context)
    } catch (_: Throwable) {
        true // checked again by the attempt to dispatch
    }

    override fun dispatch(context: CoroutineContext, block: Runnable) = orElsewhere(context, block) {
        given.dispatch(context, block)
    }

    @InternalCoroutinesApi
    override fun dispatchYield(context: CoroutineContext, block: Runnable) = orElsewhere(context, block) {
        given.dispatchYield(context, block)
    }

    private inline fun orElsewhere(context: CoroutineContext, block: Runnable, dispatch: () -> Unit) {
        try {
            dispatch()
        } catch (e: Throwable) {
            refused(context, e)
            Dispatchers.IO.dispatch(context, block)
        }
    }

    protected open fun refused(context: CoroutineContext, because: Throwable) =
        context.cancel(CancellationException("the dispatcher refused a step of the body", because))

    @ExperimentalCoroutinesApi
    override fun limitedParallelism(parallelism: Int, name: String?): CoroutineDispatcher =
        given.limitedParallelism(parallelism, name)

    override fun toString(): String = given.toString()
}

private class ElsewhereDispatcher(given: CoroutineDispatcher) : GuardedDispatcher(given) {
    override fun refused(context: CoroutineContext, because: Throwable) =
        Log.warn("a dispatcher refused a step of a scope, which goes on elsewhere", because)
}

@OptIn(InternalCoroutinesApi::class)
private class GuardedClock(given: CoroutineDispatcher, clock: Delay) :
    GuardedDispatcher(given),
    Delay by clock
