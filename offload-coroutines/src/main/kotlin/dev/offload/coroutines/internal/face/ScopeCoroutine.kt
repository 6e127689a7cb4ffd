package dev.offload.coroutines.internal.face

import dev.offload.coroutines.internal.body.CallDepth
import dev.offload.coroutines.internal.body.around
import dev.offload.coroutines.internal.body.cancellation
import dev.offload.coroutines.internal.body.unwindStack
import dev.offload.coroutines.internal.caller.tell
import dev.offload.coroutines.internal.dispatch.Cascade
import dev.offload.coroutines.internal.job.ScopeCore
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.intercepted
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/**
 * The coroutine of a scope: like that of `supervisorScope`, or with [failFast] of `coroutineScope`, but nested to any
 * depth in others of its kind. The coroutine library cancels children from inside the cancellation of their parent, so
 * a long chain overflows the stack, and half of it is left running. So the coroutine of a scope inside another scope's
 * is not a child of that one in the library's tree. What it would get from that is provided as follows:
 *
 * | of a child             | of a scope inside a scope                                                                    |
 * |------------------------|----------------------------------------------------------------------------------------------|
 * | cancelled with parent  | [cancelWith]                                                                                 |
 * | its parent waits       | the call of a scope returns after it; one without a block is in [opened], and joined         |
 * | its failure            | is thrown to the caller, and affects no parent, as with the library's scopes                 |
 *
 * The coroutine and its [core] are cancelled together: this cancels the core, and `ScopeCore.onClose` cancels this.
 *
 * ```
 *  decided    the block                                          its caller
 *  ---------  -------------------------------------------------  -----------------------
 *  0          runs; not known yet whether it will suspend        waits in the call
 *  1          had ended before the call returned                 takes the outcome
 *  1          had not                                            is suspended, and resumed
 * ```
 */
@OptIn(InternalCoroutinesApi::class)
internal class ScopeCoroutine<R>(
    private val core: ScopeCore,
    private val failFast: Boolean,
    context: CoroutineContext,
    private val caller: Continuation<R>,
) : AbstractCoroutine<R>(context, initParentJob = false, active = true),
    CoroutineStackFrame {
    /** Set to 1 by the first of the two: the end of the block, or the call that returns without it. */
    @Volatile
    private var decided = 0
    private var outcome: Result<R>? = null

    /** The coroutines of scopes opened under this one without a block that have not ended; null if none was opened. */
    @Volatile
    private var opened: MutableSet<Job>? = null

    private val cancelledWith: DisposableHandle?

    init {
        // Not by the superclass: a parent that is cancelled already would cancel what is not initialized yet.
        val parent = context[Job]
        if (parent is ScopeCoroutine<*>) {
            cancelledWith = cancelWith(parent)
        } else {
            cancelledWith = null
            initParentJob(parent)
        }
    }

    override val isScopedCoroutine: Boolean get() = true

    /** For the coroutine library, which uses it to find its thread context elements. */
    override val callerFrame: CoroutineStackFrame? get() = caller as? CoroutineStackFrame

    override fun getStackTraceElement(): StackTraceElement? = null

    override fun childCancelled(cause: Throwable): Boolean = failFast && super.childCancelled(cause)

    override fun onCancelling(cause: Throwable?) {
        // If the core is closed, the closing thread cancels everything below it, or has done so.
        if (cause != null && !core.isCancelled) Cascade.run { core.close() }
    }

    fun startHere(block: suspend ScopeCoroutine<R>.() -> R): Any? {
        try {
            val value = block.startCoroutineUninterceptedOrReturn(this, this)
            @Suppress("UNCHECKED_CAST") // the value of the block, or the marker
            if (value !== COROUTINE_SUSPENDED) resumeWith(Result.success(value as R))
        } catch (e: Throwable) {
            resumeWith(Result.failure(e))
        }
        return if (!DECIDED.compareAndSet(this, 0, 1)) outcome!!.getOrThrow() else COROUTINE_SUSPENDED
    }

    override fun onCompleted(value: R) {
        outcome = Result.success(value)
    }

    override fun onCancelled(cause: Throwable, handled: Boolean) {
        outcome = Result.failure(cause)
    }

    /** The block ended last: its caller's code may continue here. */
    override fun afterResume(state: Any?) = tell(caller)

    /** A child ended last. */
    override fun afterCompletion(state: Any?) = tell(caller.intercepted())

    private fun tell(caller: Continuation<R>) {
        cancelledWith?.dispose()
        if (!DECIDED.compareAndSet(this, 0, 1)) caller.resumeWith(outcome!!)
    }

    /** A scope was opened in [coroutine], which this one cancels and waits for. */
    fun adopt(coroutine: Job) {
        val all = opened ?: synchronized(this) { opened ?: ConcurrentHashMap.newKeySet<Job>().also { opened = it } }
        all += coroutine
        val cancelled = coroutine.cancelWith(this)
        coroutine.invokeOnCompletion {
            all -= coroutine
            cancelled.dispose()
        }
    }

    suspend fun joinOpened() {
        var next = opened?.firstOrNull() ?: return
        while (true) {
            next.join()
            next = opened?.firstOrNull() ?: break
        }
        unwindStack() // the scope above may be joining this one's end, and so on up a chain
    }

    private companion object {
        val DECIDED: AtomicIntegerFieldUpdater<ScopeCoroutine<*>> =
            AtomicIntegerFieldUpdater.newUpdater(ScopeCoroutine::class.java, "decided")
    }
}

/** Runs [block] in the coroutine of a scope, like `coroutineScope`. */
internal suspend fun <R> inScopeCoroutine(
    core: ScopeCore,
    failFast: Boolean,
    depth: CallDepth,
    block: suspend ScopeCoroutine<R>.() -> R,
): R = suspendCoroutineUninterceptedOrReturn { caller ->
    ScopeCoroutine(core, failFast, AroundScope(caller.context, depth), caller).startHere(block)
}

/**
 * The context around the coroutine of a scope, which adds itself to it: depth and coroutine at once, since each request
 * has a scope, and each element added to a context copies part of it.
 */
private class AroundScope(private val caller: CoroutineContext, private val depth: CallDepth) :
    CoroutineContext by caller {
    override fun plus(context: CoroutineContext): CoroutineContext =
        depth + context + caller.minusKey(Job).minusKey(CallDepth)
}

/** Cancels this when [outer] is cancelled, like a child. */
@OptIn(InternalCoroutinesApi::class)
private fun Job.cancelWith(outer: Job): DisposableHandle = outer.invokeOnCompletion(onCancelling = true) { cause ->
    if (cause != null) {
        val own = cause as? CancellationException ?: CancellationException("The scope around this was cancelled", cause)
        Cascade.run { cancel(own) }
    }
}
