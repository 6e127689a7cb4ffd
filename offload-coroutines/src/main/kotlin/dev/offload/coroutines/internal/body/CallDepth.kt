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
 * The number of scopes with a block around this code on one chain of calls. Kept in the context, rather than counted by
 * thread or in the tree of scopes: the chain may change threads, and may consist of scopes that are not nested in each
 * other.
 */
internal class CallDepth(val depth: Int) : AbstractCoroutineContextElement(Key) {
    /** Whether the calls since the stack was last unwound may be as many as fit on a small stack. */
    val isDeep: Boolean get() = depth % MOST_ON_STACK == 0

    companion object Key : CoroutineContext.Key<CallDepth> {
        private const val MOST_ON_STACK = 16

        /** For a coroutine that begins a chain. */
        val NONE = CallDepth(0)

        fun below(context: CoroutineContext) = CallDepth((context[CallDepth]?.depth ?: 0) + 1)
    }
}

/**
 * Suspends and continues through the dispatcher, so that the frames of the callers leave the stack. Not cancellable: on
 * the way out of a scope there is a result to be handed over.
 */
internal suspend fun unwindStack() {
    val unwinding = Unwinding()
    suspendCoroutineUninterceptedOrReturn { unwinding.suspend(it) }
    unwinding.goesOn = true
}

/**
 * Runs [block] on a stack without the frames of the callers, unless they are cancelled by then. Unwinds after it, too:
 * the callers of a chain that has suspended continue inside each other's calls, so the way out is as deep as the way
 * in.
 */
internal suspend fun <R> unwinding(block: suspend () -> R): R {
    unwindStack()
    currentCoroutineContext().ensureActive()
    val outcome = runCatching { block() }
    unwindStack()
    return outcome.getOrThrow()
}

/**
 * Not every dispatcher unwinds: those that run on the calling thread would continue inside the call. So the caller is
 * resumed from the event loop that the coroutine library has for such dispatchers. If none is running on this thread,
 * this starts one, and nested calls that want to unwind return to it: the stack is never deeper than up to two loops.
 */
private class Unwinding : Continuation<Unit> {
    override val context: CoroutineContext get() = EmptyCoroutineContext
    private lateinit var caller: Continuation<Unit>

    /** Whether the caller has continued. */
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
        } catch (_: Throwable) { // the dispatcher rejected it by throwing; the scope must not hang because of that
            if (!goesOn) caller.resume(Unit)
        }
    }
}
