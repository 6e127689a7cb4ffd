package dev.offload.coroutines.internal.body

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.intercepted
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume

/**
 * How many scopes with a block are around this code on one chain of calls. In the context, and not counted by the thread or
 * by the tree of scopes: the chain may change its thread, and may be of scopes that are not under each other.
 */
internal class CallDepth(val depth: Int) : AbstractCoroutineContextElement(Key) {
    /** Whether the calls since the stack was last unwound may be as many as a small stack has room for. */
    val isDeep: Boolean get() = depth % MOST_ON_STACK == 0

    companion object Key : CoroutineContext.Key<CallDepth> {
        private const val MOST_ON_STACK = 16

        /** Of a coroutine that begins a chain. */
        val NONE = CallDepth(0)

        fun below(context: CoroutineContext) = CallDepth((context[CallDepth]?.depth ?: 0) + 1)
    }
}

/**
 * Suspends and goes on through the dispatcher, so that the frames of the callers leave the stack. Not cancellable: on the
 * way out of a scope there is an answer to be handed over.
 */
internal suspend fun unwindStack() {
    val unwinding = Unwinding()
    suspendCoroutineUninterceptedOrReturn { unwinding.suspend(it) }
    unwinding.goesOn = true
}

/**
 * Runs [block] from a stack without the frames of the callers, if they still want it then. Unwinds after it, too: the callers
 * of a chain that has suspended go on inside each other's calls, so the way out is as deep as the way in.
 */
internal suspend fun <R> unwinding(block: suspend () -> R): R {
    unwindStack()
    currentCoroutineContext().ensureActive()
    val outcome = runCatching { block() }
    unwindStack()
    return outcome.getOrThrow()
}

/**
 * Not every dispatcher unwinds: those that run in place would go on inside the call. So it is called from the loop which the
 * coroutine library has for such ones. Where none is at work on this thread, this is a loop from here on, and what is called
 * inside it that wants to unwind comes back to it: the stack is never deeper than up to two loops.
 */
private class Unwinding : Continuation<Unit> {
    override val context: CoroutineContext get() = EmptyCoroutineContext
    private lateinit var caller: Continuation<Unit>

    /** Whether the caller has gone on. */
    @Volatile
    var goesOn = false

    fun suspend(caller: Continuation<Unit>): Any {
        this.caller = caller
        Dispatchers.Unconfined.interceptContinuation(this).resume(Unit)
        return COROUTINE_SUSPENDED
    }

    override fun resumeWith(result: Result<Unit>) {
        try {
            caller.intercepted().resume(Unit)
        } catch (_: Throwable) { // the dispatcher refused by throwing; the scope must not be stuck for that
            if (!goesOn) caller.resume(Unit)
        }
    }
}
